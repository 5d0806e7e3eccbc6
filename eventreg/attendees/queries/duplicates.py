"""Registrations of an event that look like one person: by the same name, the same telephone, or an address used before.

Two live registrations cannot have one address: by the address a live one looks like one that was cancelled. Pairs that
somebody keeps apart, and those that were merged, are none. Whoever may not see contact data is told of equal names alone,
and nobody of somebody out of sight.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from eventreg.attendees.models import KeptApart, Merger
from eventreg.db import Part, db, read_together
from eventreg.events.rules.team import Sight
from eventreg.kernel.errors import N_, Titled
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import conditions
from eventreg.registration.rules.states import Status

#: more lines than these are not looked through at once for groups
MOST_LOOKED_AT = 5000


class Sameness(Titled):
    """What two registrations have in common that makes them look like one person."""

    ADDRESS = "address", N_("the same email address")
    PHONE = "phone", N_("the same telephone")
    NAME = "name", N_("the same name")


class Alike(NamedTuple):
    """One registration that looks like another one, with what it is compared by."""

    id: int
    reference: str
    status: Status
    sort_name: str
    email_key: str
    phone_key: str
    given_name: str
    family_name: str
    institution: str
    category_id: int
    submitted_at: datetime

    @property
    def full_name(self) -> str:
        """The name as typed."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True)
class Group:
    """Registrations that look like one person, the earliest first, and by what."""

    members: Sequence[Alike]
    samenesses: frozenset[Sameness]


_COMPARED: Mapping[Sameness, InstrumentedAttribute[str]] = {
    Sameness.ADDRESS: Registration.email_key,
    Sameness.PHONE: Registration.phone_key,
    Sameness.NAME: Registration.sort_name,
}
#: made once: what an alias knows of its columns it finds out anew each time that one is made
_OTHERS = {sameness: aliased(Registration) for sameness in Sameness}
_EACH = aliased(Registration)
_ALIKE = [getattr(Registration, name) for name in Alike._fields]


def is_likely_double(event_id: int, sight: Sight, *, of_few: bool = False) -> ColumnElement[bool]:
    """Return the condition that a registration of the event looks like another one that `sight` shows.

    `of_few`: it is asked of some lines only, each of which is looked up; else all of the event's are gone through once.
    """
    return or_(*(_has_other(sameness, event_id, sight, of_few=of_few) for sameness in _looked_for(sight)))


def list_alike(registration: Registration, sight: Sight) -> Sequence[tuple[Alike, frozenset[Sameness]]]:
    """Return those that look like this registration, the earliest first, each with what they have in common."""
    event_id = registration.event_id
    same = [
        _COMPARED[sameness] == value
        for sameness in _looked_for(sight)
        if (value := getattr(registration, _COMPARED[sameness].key))
    ]
    if not same:
        return []
    is_merged = exists().where(Merger.registration_id == Registration.id)
    is_apart = _is_kept_apart(_EACH)
    kept_apart = exists().where(_EACH.id == registration.id, is_apart).correlate(Registration)
    statement = (
        select(*_ALIKE, is_merged, kept_apart)
        .where(Registration.event_id == event_id, or_(*same), *conditions(event_id, sight.scope))
        .order_by(Registration.id)
        .limit(MOST_LOOKED_AT)
    )
    me = _of(registration)
    rows = db.session.execute(statement).all()
    if any(row[0] == me.id and row[-2] for row in rows):
        return []
    found = [Alike(*row[:-2]) for row in rows if row[0] != me.id and not row[-2] and not row[-1]]
    pairs = ((each, _samenesses(me, each, sight)) for each in found)
    return [(each, same) for each, same in pairs if same]


def list_groups(event_id: int, sight: Sight) -> tuple[Sequence[Group], bool]:
    """Return the groups of registrations that look like one person, and whether that is all of them.

    Those with an equal address come first, then telephone, then name. Three statements.
    """
    statement = (
        select(*_ALIKE)
        .where(
            Registration.event_id == event_id,
            is_likely_double(event_id, sight),
            *conditions(event_id, sight.scope),
        )
        .order_by(Registration.sort_name, Registration.id)
        .limit(MOST_LOOKED_AT + 1)
    )
    found = [Alike(*row) for row in db.session.execute(statement)]
    is_all, found = len(found) <= MOST_LOOKED_AT, found[:MOST_LOOKED_AT]
    ids = [each.id for each in found]
    apart = _kept_apart(ids)
    groups = _groups(found, apart, sight)
    ranks = list(Sameness)
    groups.sort(key=lambda group: min(ranks.index(sameness) for sameness in group.samenesses))
    return groups, is_all


def _looked_for(sight: Sight) -> Sequence[Sameness]:
    return tuple(Sameness) if sight.has_contact_data else (Sameness.NAME,)


def _has_other(sameness: Sameness, event_id: int, sight: Sight, *, of_few: bool) -> ColumnElement[bool]:
    """Return the condition that another registration is the same in this respect and is not known to be another one."""
    other, column = _OTHERS[sameness], _COMPARED[sameness]
    compared = getattr(other, column.key)
    other_one = exists().where(
        other.event_id == event_id,
        compared == column,
        other.id != Registration.id,
        _may_pair(sameness, other),
        ~_is_kept_apart(other),
        *conditions(event_id, sight.scope, of=other),
    )
    fits = [column != "", other_one]
    if not of_few:
        fits.insert(1, column.in_(_shared(sameness, event_id)))
    if sameness is Sameness.ADDRESS:
        fits.append(~exists().where(Merger.registration_id == Registration.id))
    else:
        fits.append(Registration.status != Status.CANCELLED)
    return and_(*fits)


def _shared(sameness: Sameness, event_id: int) -> Any:
    """Return the values that several registrations have: read off an index, so that few rows are looked at closely."""
    value = getattr(_EACH, _COMPARED[sameness].key)
    return select(value).where(_EACH.event_id == event_id).group_by(value).having(func.count() > 1)


def _may_pair(sameness: Sameness, other: Any) -> ColumnElement[bool]:
    if sameness is not Sameness.ADDRESS:
        # Whoever withdrew is found by the address alone: the same name twice, once withdrawn, is nothing to mend.
        return other.status != Status.CANCELLED  # type: ignore[no-any-return]
    one_is_live = or_(Registration.status != Status.CANCELLED, other.status != Status.CANCELLED)
    return and_(one_is_live, ~exists().where(Merger.registration_id == other.id))


def _is_kept_apart(other: Any) -> ColumnElement[bool]:
    pair = or_(
        and_(KeptApart.first_id == Registration.id, KeptApart.second_id == other.id),
        and_(KeptApart.first_id == other.id, KeptApart.second_id == Registration.id),
    )
    # The registration stands two statements further out, where it is not looked for by itself.
    return exists().where(pair).correlate(Registration, other)


def _of(registration: Registration) -> Alike:
    return Alike(*(getattr(registration, column.key) for column in _ALIKE))


def _samenesses(one: Alike, two: Alike, sight: Sight) -> frozenset[Sameness]:
    found = set()
    for sameness in _looked_for(sight):
        value = getattr(one, _COMPARED[sameness].key)
        if value and value == getattr(two, _COMPARED[sameness].key) and _can_be(sameness, one, two):
            found.add(sameness)
    return frozenset(found)


def _can_be(sameness: Sameness, one: Alike, two: Alike) -> bool:
    cancelled = [each.status is Status.CANCELLED for each in (one, two)]
    return not all(cancelled) if sameness is Sameness.ADDRESS else not any(cancelled)


def _pair(one_id: int, other_id: int) -> tuple[int, int]:
    return (one_id, other_id) if one_id < other_id else (other_id, one_id)


def _kept_apart(ids: Sequence[int]) -> set[tuple[int, int]]:
    statement = select(KeptApart.first_id, KeptApart.second_id).where(
        or_(KeptApart.first_id.in_(ids), KeptApart.second_id.in_(ids))
    )
    return {(first, second) for first, second in db.session.execute(statement)}


def _groups(found: Sequence[Alike], apart: set[tuple[int, int]], sight: Sight) -> list[Group]:
    leaders = {each.id: each.id for each in found}

    def leader(id_: int) -> int:
        while leaders[id_] != id_:
            leaders[id_] = leaders[leaders[id_]]
            id_ = leaders[id_]
        return id_

    same: dict[int, set[Sameness]] = defaultdict(set)
    for one, two in _neighbours(found, apart, sight):
        common = _samenesses(one, two, sight)
        if common and _pair(one.id, two.id) not in apart:
            first, second = _pair(leader(one.id), leader(two.id))
            leaders[second] = first
            same[one.id] |= common
    members: dict[int, list[Alike]] = defaultdict(list)
    samenesses: dict[int, set[Sameness]] = defaultdict(set)
    for each in found:
        members[leader(each.id)].append(each)
        samenesses[leader(each.id)] |= same[each.id]
    return [Group(sorted(group), frozenset(samenesses[id_])) for id_, group in members.items() if len(group) > 1]


def _neighbours(found: Sequence[Alike], apart: set[tuple[int, int]], sight: Sight) -> Iterator[tuple[Alike, Alike]]:
    """Yield the pairs worth comparing: of those that share a value, a live one with each other one.

    Only where somebody keeps two of them apart is each compared with each.
    """
    touched = {id_ for pair in apart for id_ in pair}
    for sameness in _looked_for(sight):
        by_value: dict[str, list[Alike]] = defaultdict(list)
        for each in found:
            by_value[getattr(each, _COMPARED[sameness].key)].append(each)
        for value, sharing in by_value.items():
            if value and touched.isdisjoint(each.id for each in sharing):
                one = next((each for each in sharing if each.status is not Status.CANCELLED), sharing[0])
                yield from ((one, other) for other in sharing if other is not one)
            elif value:
                yield from combinations(sharing, 2)


def find_merged_into(registration_id: int) -> str | None:
    """Return the reference of the registration that this one was merged into."""
    return db.session.scalar(
        select(Registration.reference)
        .join(Merger, Merger.into_id == Registration.id)
        .where(Merger.registration_id == registration_id)
    )


_into, _out_of, _stays, _goes = aliased(Merger), aliased(Merger), aliased(Registration), aliased(Registration)


def find_mergers(registration_id: int) -> tuple[Sequence[str], Sequence[str]]:
    """Return the references that a registration was merged into, one at most, and those merged into it: one statement."""
    into, out_of = read_together(
        Part(
            (_stays.reference,),
            [(_into, _into.registration_id == registration_id), (_stays, _stays.id == _into.into_id)],
        ),
        Part(
            (_goes.reference,),
            [(_out_of, _out_of.into_id == registration_id), (_goes, _goes.id == _out_of.registration_id)],
            [_out_of.id],
        ),
    )
    return into, out_of
