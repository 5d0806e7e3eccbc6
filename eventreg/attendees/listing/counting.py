"""The numbers beside the filters, and the narrowing that they and the list share.

Fixed fields are counted all in one statement, another field when its filter is opened. People are counted by all fields of
one column together, off an index; what a filter lets through is added up here. Where something else narrows the list,
whoever is left is gathered once, and everything is counted among them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from flask import current_app
from sqlalchemy import (
    CTE,
    ColumnElement,
    Executable,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    not_,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.util import ClauseAdapter

from eventreg.attendees.fields import CountedApart, ListField, asking, text
from eventreg.attendees.fields.offer import ListOf
from eventreg.attendees.listing.shape import ListShape
from eventreg.attendees.rules.listing import RECEIVED, STATUS, Filter, ListState, Unanswered
from eventreg.db import PLANNED_ANEW, db
from eventreg.events.rules.team import Sight
from eventreg.kernel.text import compared
from eventreg.questionnaires.rules.schema import Seeking
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import conditions as in_scope
from eventreg.registration.rules.states import Status

Found = TypeVar("Found")
Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])

#: parts of what is asked, beside the names of fields: the values that people have together, and who is left
_TOGETHER, _FEW = "", "few"
#: what is kept of a list beside them: the numbers of what people have together, added up
_SUMMED = "summed"
#: of more than these a page is looked for off the index of its order
_MANY = 2000
#: as many values are named, the most frequent first; the others are found by typing
MOST_VALUES = 100


class Counted(NamedTuple):
    """A value with how many people have it."""

    value: str
    #: how somebody wrote it, where the value is folded; else the value
    written: str
    number: int


@dataclass(frozen=True)
class Facet:
    """The values of one field that people have, the other filters holding and its own left out."""

    values: Sequence[Counted]
    #: how many have none, and any
    empty: int
    answered: int
    #: there are more values than are named
    has_more: bool = False

    @classmethod
    def of_numbers(cls, numbers: Mapping[str, int], empty: int | None = None, answered: int | None = None) -> Facet:
        """Return the facet of values with their numbers; "" is for who has none, where that is not said."""
        values = sorted((-number, value) for value, number in numbers.items() if value and number)
        return cls(
            [Counted(value, value, -number) for number, value in values],
            numbers.get("", 0) if empty is None else empty,
            -sum(number for number, _value in values) if answered is None else answered,
        )


@dataclass(frozen=True)
class Counts:
    """How many registrations the search finds. Each filter's numbers follow the other filters, not itself."""

    #: by name of the field and value: of all fields that are counted here. "" for who has none
    by_field: Mapping[str, Mapping[str, int]]
    #: with every filter
    shown: int
    #: the ids of those, where something narrows the list and few are left; None: ask who they are
    few: Sequence[int] | None = None

    @property
    def by_status(self) -> dict[Status, int]:
        """By status."""
        return {Status(value): number for value, number in self.by_field[STATUS].items()}

    @property
    def any_status(self) -> int:
        """With every filter but the status."""
        return sum(self.by_field[STATUS].values())

    @property
    def are_many(self) -> bool:
        """Whether they are more than what should be put in order for a page."""
        return self.shown > _MANY

    @property
    def unanswered(self) -> dict[Unanswered, int]:
        """By what was asked beside the form and is not answered."""
        found = ((Unanswered.read(value), number) for value, number in self.by_field["unanswered"].items())
        return {asked: number for asked, number in found if asked is not None}


def count_fixed(narrowing: Narrowing, newest: str = "") -> Counts:
    """Return the numbers of the fixed fields: one statement. `newest`: see `RegistrationList.counts`."""
    return _Counting(narrowing, newest).counts()


class _Counting:
    def __init__(self, narrowing: Narrowing, newest: str) -> None:
        self._narrowing, self._of = narrowing, narrowing.of
        fields = [each for each in narrowing.shape.fields.values() if each.question is None]
        self._together = [each for each in fields if each.counted]
        self._apart = {each.name: found for each in fields if (found := each.counted_apart(self._of)) is not None}
        self._columns = [getattr(Registration, each.counted) for each in self._together]
        self._names = [each.name for each in self._together]
        self._numbers: dict[str, dict[str, int]] = {each.name: {} for each in fields}
        self._is_narrowed = narrowing.is_narrowed_beside(self._names)
        # Where filters follow the history, the numbers are those that the same history had before.
        self._newest = newest if narrowing.follows_history else ""
        recorded = self._apart.keys() & {each.name for each in fields if each.is_recorded}
        by = [field for each in narrowing.state.filters if (field := narrowing.shape.fields.get(each.field))]
        self._most_few = max((each.most_named for each in by), default=ListField.most_named)
        self._by = (self._of.sight, narrowing.state.words, narrowing.state.filters)
        #: the ids of whoever all filters leave, where they are known already
        self._named: Sequence[int] | None = None
        #: what is kept, under all that narrows it. What everybody has together is kept for all filters of such fields
        self._kept: dict[str, Hashable] = {name: (name, *self._by) for name in (*recorded, _FEW)}
        if not self._is_narrowed:
            self._kept[_TOGETHER] = _TOGETHER

    def counts(self) -> Counts:
        known = _kept_numbers().of(self._of.event_id, self._newest) if self._newest else {}
        summed = known.get((_SUMMED, *self._by))
        every = (*self._apart, *((_FEW,) if self._is_narrowed else ()), *(() if summed else (_TOGETHER,)))
        asked = tuple(name for name in every if self._kept.get(name) not in known)
        named = known.get(self._kept[_FEW], ())
        self._named = [row[-1] for row in named] if 0 < len(named) < self._most_few else None
        rows: dict[str, list[Any]] = {name: [] for name in asked}
        given, options = {"event_id": self._of.event_id}, {PLANNED_ANEW: self._narrowing.state.is_narrowed}
        for name, *row in db.session.execute(self._asked(asked), given, execution_options=options) if asked else ():
            rows[name].append(row)
        known.update((self._kept[name], rows[name]) for name in asked if name in self._kept)
        rows.update((name, known[self._kept[name]]) for name in every if name not in rows)
        for name in self._apart:
            self._numbers[name].update((value, number) for value, *_values, number in rows[name])
        if summed is None:
            together = rows[_TOGETHER]
            shown = sum(number for _value, *values, number in together if self._count_together(values, number))
            summed = known[_SUMMED, *self._by] = [shown, {name: self._numbers[name] for name in self._names}]
        shown, numbers = summed
        self._numbers.update(numbers)
        ids = [row[-1] for row in rows.get(_FEW, ())]
        return Counts(self._numbers, shown, ids if self._is_narrowed and shown <= self._most_few else None)

    def _count_together(self, values: Sequence[Any], number: int) -> bool:
        """Count some people, all of the same values, for the fields whose other filters let them through; say if all do."""
        said = [field.counted_as(value, self._of) for field, value in zip(self._together, values, strict=True)]
        let = [self._narrowing.lets(name, value) for name, value in zip(self._names, said, strict=True)]
        refused = let.count(False)
        for name, value, is_let in zip(self._names, said, let, strict=True):
            if refused == 0 or (refused == 1 and not is_let):
                self._numbers[name][value] = self._numbers[name].get(value, 0) + number
        return refused == 0

    def _asked(self, names: tuple[str, ...]) -> Executable:
        sight, state = self._of.sight, self._narrowing.state
        if state.is_narrowed or sight.scope.days is not None:
            return self.statement(names)
        return _of_everybody(sight, names)

    def statement(self, names: Sequence[str]) -> Executable:
        """Return the statement that counts what is named."""
        # Nobody has to be gathered where only what few have is asked anew.
        people = self._gathered() if _TOGETHER in names else None
        parts = [self._part(people, name, apart) for name, apart in self._apart.items() if name in names]
        if people is not None and _FEW in names:
            parts.append(self._few(people))
        return union_all(self._all_together(people), *parts) if _TOGETHER in names else union_all(*parts)

    def _all_together(self, people: CTE | None) -> Select[Any]:
        adapted: Callable[[Any], Any] = ClauseAdapter(people).traverse if people is not None else lambda clause: clause
        columns = [adapted(column.expression) for column in self._columns]
        # The first part says of what types the columns are.
        together = select(text(""), text(""), *columns, func.count()).group_by(*columns)
        if people is not None:
            return together
        return self._narrowing.apply(together.select_from(Registration), self._names)

    def _gathered(self) -> CTE | None:
        """Return whoever is left by the search and by filters of other fields, with what is counted; None: everybody is."""
        if not self._narrowing.is_narrowed_beside(self._names):
            return None
        statement = self._narrowing.apply(select(Registration.id, *self._columns), self._names)
        # MATERIALIZED: else each part of the statement would look for them again.
        return statement.cte("gathered").prefix_with("MATERIALIZED")

    def _few(self, people: CTE) -> Select[Any]:
        """Return who is left by all filters, as far as they are few: the page then need not look for them again."""
        adapted = ClauseAdapter(people).traverse
        asked = [adapted(each) for each in self._asked_together()]
        ids = select(people.c.id).where(*asked).limit(self._most_few).subquery()
        return select(text(_FEW), null(), *self._nothing(), ids.c.id)

    def _part(self, people: CTE | None, name: str, apart: CountedApart) -> Select[Any]:
        """Return how many people have what of one of the fields that few have."""
        statement = select(text(name), apart.value, *self._nothing(), func.count(Registration.id.distinct()))
        statement = statement.select_from(Registration)
        if self._named is not None and self._narrowing.condition_of(name) is None:
            statement = apart.narrowed(statement.where(Registration.id.in_(self._named)))
        elif people is None or self._narrowing.condition_of(name) is not None:
            # Its own filter is left out here, so that those who were gathered by it do not do.
            statement = self._narrowing.apply(apart.narrowed(statement), (name,), from_few=True)
        else:
            statement = statement.join(people, people.c.id == Registration.id)
            statement = apart.narrowed(statement.where(*self._asked_together()))
        return statement.group_by(*apart.groups)

    def _asked_together(self) -> list[ColumnElement[bool]]:
        asked = (self._narrowing.condition_of(field) for field in self._names)
        return [each for each in asked if each is not None]

    def _nothing(self) -> list[ColumnElement[Any]]:
        return [cast(null(), Integer) if isinstance(each.type, Integer) else null() for each in self._columns]


@lru_cache(maxsize=64)
def _of_everybody(sight: Sight, names: tuple[str, ...]) -> Executable:
    """Return the statement that counts with nothing asked, for any event. Kept: to build it takes longer than to ask it."""
    of, shape = ListOf(bindparam("event_id"), (), sight, ""), ListShape(has_contact_data=sight.has_contact_data)
    return _Counting(Narrowing(of, shape, ListState()), "").statement(names)


class _KeptNumbers:
    """What was counted, by event, part and filters, at the point where the history stood; a bounded number of each.

    Whoever changes a registration writes an entry of the history with it (decision 0039), so that what was counted after
    somebody read where it stands holds until it stands elsewhere.
    """

    _MOST_EVENTS, _MOST_PARTS = 100, 40

    def __init__(self) -> None:
        self._of_event: dict[int, tuple[str, dict[Hashable, list[Any]]]] = {}

    def of(self, event_id: int, newest: str) -> dict[Hashable, list[Any]]:
        """Return what is known at this point, to be added to."""
        at, found = self._of_event.get(event_id, ("", {}))
        if at != newest or len(found) > self._MOST_PARTS:
            if len(self._of_event) >= self._MOST_EVENTS:
                self._of_event.clear()
            at, found = self._of_event[event_id] = newest, {}
        return found


def kept_while(newest: str, event_id: int, key: Hashable, make: Callable[[], Found]) -> Found:
    """Return what `make` does, or did while the event's history stood at `newest`: of that alone it may depend, and of `key`."""
    known: dict[Hashable, Any] = _kept_numbers().of(event_id, newest) if newest else {}
    if key not in known:
        known[key] = make()
    found: Found = known[key]
    return found


def _kept_numbers() -> _KeptNumbers:
    kept: _KeptNumbers = current_app.extensions.setdefault("attendee_numbers", _KeptNumbers())
    return kept


def count_values(narrowing: Narrowing, name: str) -> Facet:
    """Return the numbers of a field: at most two statements. Raises KeyError for one that the list does not offer."""
    field = narrowing.shape.fields[name]
    if field.counted:
        return Facet.of_numbers(count_fixed(narrowing).by_field[name])
    empty, answered = _presence(narrowing, field)
    if field.counted_apart(narrowing.of) is not None:
        return Facet.of_numbers(count_fixed(narrowing).by_field[name], empty, answered)
    if field.seeking is Seeking.PRESENCE or name == RECEIVED or not answered:
        return Facet((), empty, answered)
    if field.values is not None and field.is_counted_by_value:
        return Facet(_by_value(narrowing, field, field.values), empty, answered)
    found = _grouped(narrowing, field)
    return Facet(found[:MOST_VALUES], empty, answered, has_more=len(found) > MOST_VALUES)


def _presence(narrowing: Narrowing, field: ListField) -> tuple[int, int]:
    is_empty = case((field.held(narrowing.of).is_empty(), 1), else_=0)
    statement = select(func.count(), func.sum(is_empty)).select_from(Registration)
    total, empty = db.session.execute(narrowing.apply(statement, (field.name,))).one()
    return int(empty or 0), total - int(empty or 0)


def _by_value(narrowing: Narrowing, field: ListField, values: Sequence[str]) -> list[Counted]:
    held = field.held(narrowing.of)
    sums = [func.sum(case((held.one_of([value]), 1), else_=0)) for value in values]
    row = db.session.execute(narrowing.apply(select(*sums).select_from(Registration), (field.name,))).one()
    return [Counted(value, value, int(number or 0)) for value, number in zip(values, row, strict=True)]


def _grouped(narrowing: Narrowing, field: ListField) -> list[Counted]:
    """Return the values that people have, the most frequent first; numbers and dates in their order."""
    number = func.count(Registration.id.distinct())
    key, written, joined = field.grouped()
    statement = narrowing.apply(select(key, func.min(written), number).select_from(Registration), (field.name,))
    if joined is not None:
        statement = statement.join(*joined)
    order = [key] if field.seeking.has_ranges else [number.desc(), key]
    rows = db.session.execute(statement.where(key != "").group_by(key).order_by(*order).limit(MOST_VALUES + 1))
    is_text = field.seeking is Seeking.TEXT
    return [Counted(compared(row[1]) if is_text else row[1], row[1], row[2]) for row in rows]


class Narrowing:
    """What a list lets through, all of it or without some of its filters."""

    def __init__(self, of: ListOf, shape: ListShape, state: ListState) -> None:
        self.of, self.shape, self.state = of, shape, state
        self._in_sight = [Registration.event_id == of.event_id, *in_scope(of.event_id, of.sight.scope)]
        self._by_field = {each.field: self._condition(each) for each in state.filters}

    def visible(self, statement: Statement) -> Statement:
        """Narrow a statement to the registrations in sight."""
        return statement.where(*self._in_sight)

    def apply(self, statement: Statement, but: Collection[str] = (), *, from_few: bool = False) -> Statement:
        """Narrow a statement to what the list lets through, the filters of some fields left out.

        `from_few`: it has few of its own to begin with, so that no index is to lead through everybody of the event.
        """
        asked = [condition for field, condition in self._by_field.items() if field not in but]
        words = [self._holds(word) for word in self.state.words]
        in_event, *in_scope = self._in_sight
        if from_few:
            in_event = asking.unled(Registration.event_id) == self.of.event_id
        return statement.where(in_event, *in_scope, *words, *asked)

    def is_narrowed_beside(self, fields: Collection[str]) -> bool:
        """Say whether anything but the filters of these fields can leave somebody out."""
        return bool(self.state.words or not self.of.sight.scope.is_whole or set(self._by_field).difference(fields))

    @property
    def follows_history(self) -> bool:
        """Whether nobody is let through or left out anew without an entry of the event's history."""
        asked = [(self.shape.fields.get(each.field), each.terms) for each in self.state.filters]
        return all(field is None or all(map(field.follows_history, terms)) for field, terms in asked)

    def condition_of(self, field: str) -> ColumnElement[bool] | None:
        """Return what the filter of a field asks; None where there is none."""
        return self._by_field.get(field)

    def lets(self, field: str, value: str) -> bool:
        """Say whether the filter of a field of one value lets a value through; "" is none."""
        asked = self.state.filter_of(field)
        return asked is None or asked.lets(value)

    def _condition(self, asked: Filter) -> ColumnElement[bool]:
        """Return what a filter asks: any of its plain terms, all of its negated ones.

        What the list does not offer is nobody's: it must not widen it.
        """
        field = self.shape.fields.get(asked.field)
        terms = [field.accept(term) for term in asked.terms] if field is not None else []
        known = [term for term in terms if term is not None]
        if field is None or len(known) < len(terms):
            return false()
        held = field.held(self.of)
        plain = [term for term in known if not term.is_negated]
        negated = [term for term in known if term.is_negated]
        conditions = [held.any_of(plain)] if plain else []
        conditions += [not_(held.any_of(negated))] if negated else []
        return and_(*conditions)

    def _holds(self, word: str) -> ColumnElement[bool]:
        if self.of.sight.has_contact_data:
            return Registration.search_text.contains(word, autoescape=True)
        # The text to search in holds addresses and numbers: whoever may not see them must not find out by trying.
        columns = (Registration.sort_name, Registration.sort_institution, func.lower(Registration.reference))
        return or_(*(column.contains(word, autoescape=True) for column in columns))
