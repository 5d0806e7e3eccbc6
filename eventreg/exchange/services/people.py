"""Many people put in at once, all or nothing: what can be made ready is made before the lock, inside it are few statements.

Nobody else registers while the event's row is held: so the time inside is what a file of thousands costs everybody. What the
answers of many people fill is one statement for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from eventreg.audit.services import Act, Actor, Target, note, note_all
from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole, lock_event
from eventreg.exchange.rules import importing
from eventreg.kernel import clock
from eventreg.kernel.text import email_key
from eventreg.kernel.tokens import new_public_id, new_reference
from eventreg.questionnaires.queries import definition_of, get_current_version, list_version_numbers
from eventreg.registration.models import Answer, OptionPlace, Place, Registration
from eventreg.registration.queries.places import get_seats, limited_options, list_option_places
from eventreg.registration.queries.registrations import submission_hash
from eventreg.registration.rules.states import OptionsFull, Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.registration.services.answers import CONSENT_KIND, FILE_KINDS, answer_row, fill_identity, refresh_search
from eventreg.registration.services.places import hold_exactly, take_wished

Item = TypeVar("Item")
_CHUNK = 500


#: the columns of a registration but its number, each with what stands where nothing was said
_DEFAULTS: Mapping[str, Any] = {
    column.name: column.default.arg if column.default is not None and column.default.is_scalar else None
    for column in Registration.__table__.columns
    if not column.primary_key
}


@dataclass(frozen=True)
class Put:
    """What came of a file: the ids of who is new, and of whose answers were changed."""

    added: Sequence[int]
    changed: Sequence[int]


def seats_of(event: Event) -> tuple[importing.Hall, importing.OptionSeats]:
    """Return the places of an event and of its options, as they are taken now. Three statements."""
    rules = {
        row.key: importing.CategoryRule(row.id, row.key, row.approval, row.pending_counts) for row in event.categories
    }
    limits = limited_options(definition_of(get_current_version(event.id)))
    return importing.Hall(get_seats(event), rules), importing.OptionSeats(list_option_places(event.id, limits))


def put_people(
    event_id: int, plan: importing.BulkPlan, actor: Actor, finish: Callable[[Put, datetime], None] | None = None
) -> Put:
    """Write everybody of a plan. Nobody is written to here. `finish` is called last, in the same transaction.

    Raises BulkOvertaken, having written nothing, when what the plan rests on holds no longer: the event and its questions,
    addresses, revisions, places. Raises LifecycleRefused for an archived event.
    """
    prefix = get_event_whole(event_id).reference_prefix
    references = _references(prefix, len(plan.new), ())
    ready = [_Ready.of(event_id, plan, *each) for each in zip(plan.new, references, strict=True)]
    try:
        with transaction():
            put = _put(event_id, plan, ready, actor)
            if finish is not None:
                finish(put, clock.now())
            return put
    except IntegrityError as error:
        raise importing.BulkOvertaken from error


@dataclass(frozen=True)
class _Ready:
    """Somebody new with all that could be made before the lock."""

    person: importing.NewPerson
    #: never in the session: of thousands the session's own bookkeeping costs as much as the statements
    row: Registration
    answers: list[dict[str, Any]]

    def columns(self) -> dict[str, Any]:
        """Return the values of its row."""
        held = self.row.__dict__
        return {name: held.get(name, default) for name, default in _DEFAULTS.items()}

    @classmethod
    def of(cls, event_id: int, plan: importing.BulkPlan, person: importing.NewPerson, reference: str) -> _Ready:
        row = Registration(
            public_id=new_public_id(),
            reference=reference,
            event_id=event_id,
            questionnaire_id=plan.questionnaire_id,
            came_by=WayKind.IMPORT,
            language=person.language,
            email=person.email,
            email_key=email_key(person.email),
            submission_hash=submission_hash(event_id, f"{plan.key}/{person.row}"),
        )
        fill_identity(row, person.questions, person.answers)
        answers = [
            answer_row(row, question, position, value, None)
            for question in person.questions
            if question.column is None and question.kind != CONSENT_KIND
            for position, value in enumerate(person.answers.get(question.key, ()))
        ]
        return cls(person, row, answers)


def _put(event_id: int, plan: importing.BulkPlan, ready: Sequence[_Ready], actor: Actor) -> Put:
    now = clock.now()
    event = lock_event(event_id)
    if event.is_called_off or get_current_version(event.id).id != plan.questionnaire_id:
        raise importing.BulkOvertaken
    changed = _check_seen(event, plan.changed)
    _check_addresses(event, plan.new)
    hall, options = seats_of(event)
    otherwise = [
        each.person.row
        for each in ready
        if hall.seat(each.person.category_key, each.person.wanted) is not each.person.status
        or options.take(each.person.answers)
    ]
    if otherwise:
        raise importing.BulkOvertaken(otherwise)
    _insert(event, ready, hall, now)
    change_people(event, plan.changed, changed, now)
    _note(event, plan, ready, changed, actor, now)
    return Put([each.row.id for each in ready], list(changed))


def _check_seen(event: Event, people: Sequence[importing.ChangedPerson]) -> dict[int, Registration]:
    """Return the registrations to be changed, by id; they are as they were seen."""
    found: dict[int, Registration] = {}
    for some in _chunks(people):
        rows = db.session.scalars(
            select(Registration)
            .where(Registration.event_id == event.id, Registration.id.in_([each.registration_id for each in some]))
            .execution_options(populate_existing=True)
        )
        found |= {row.id: row for row in rows}
    overtaken = [
        each.row
        for each in people
        if each.registration_id not in found or found[each.registration_id].revision != each.seen_revision
    ]
    if overtaken:
        raise importing.BulkOvertaken(overtaken)
    return found


def _check_addresses(event: Event, people: Sequence[importing.NewPerson]) -> None:
    taken: set[str] = set()
    for some in _chunks(people):
        taken.update(
            db.session.scalars(
                select(Registration.email_key).where(
                    Registration.event_id == event.id,
                    Registration.status != Status.CANCELLED,
                    Registration.email_key.in_([email_key(each.email) for each in some]),
                )
            )
        )
    overtaken = [each.row for each in people if email_key(each.email) in taken]
    if overtaken:
        raise importing.BulkOvertaken(overtaken)


def _insert(event: Event, ready: Sequence[_Ready], hall: importing.Hall, now: datetime) -> None:
    categories = {row.key: row for row in event.categories}
    _give_references(event, ready)
    for each in ready:
        row, person = each.row, each.person
        row.status, row.category_id = person.status, categories[person.category_key].id
        row.submitted_at = row.status_changed_at = now
        row.waitlisted_at = now if person.status is Status.WAITLISTED else None
        row.approved_at = now if person.wanted is Status.CONFIRMED else None
    if not ready:
        return
    table = cast(Table, Registration.__table__)
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    rows = [each.columns() for each in ready]
    for each, id_ in zip(ready, db.session.scalars(statement, rows), strict=True):
        each.row.id = id_
    answers = [{**row, "registration_id": each.row.id} for each in ready for row in each.answers]
    places = [
        {"event_id": event.id, "category_id": each.row.category_id, "registration_id": each.row.id, "taken_at": now}
        for each in ready
        if hall.categories[each.person.category_key].takes_place(each.person.status)
    ]
    for model, rows in (
        (Answer.__table__, answers),
        (Place.__table__, places),
        (OptionPlace.__table__, _option_places(event, ready, now)),
    ):
        if rows:
            db.session.execute(insert(cast(Table, model)), rows)
    for each in ready:
        if each.person.status is Status.CONFIRMED and any(q.kind == "sessions" for q in each.person.questions):
            take_wished(db.session.get_one(Registration, each.row.id), now)


def _give_references(event: Event, ready: Sequence[_Ready]) -> None:
    """Give another code to whoever has one that a registration has already: of thousands, two meet now and then."""
    by_reference = {each.row.reference: each.row for each in ready}
    taken: set[str] = set()
    for some in _chunks(sorted(by_reference)):
        taken.update(db.session.scalars(select(Registration.reference).where(Registration.reference.in_(some))))
    for old, new in zip(sorted(taken), _references(event.reference_prefix, len(taken), by_reference), strict=True):
        by_reference[old].reference = new
        refresh_search(by_reference[old])


def _references(prefix: str, count: int, but: Collection[str]) -> list[str]:
    found: set[str] = set()
    while len(found) < count:
        found |= {new_reference(prefix) for _ in range(count - len(found))}.difference(but)
    return list(found)


def _option_places(event: Event, ready: Sequence[_Ready], now: datetime) -> list[dict[str, Any]]:
    limits = limited_options(definition_of(get_current_version(event.id)))
    return [
        {
            "event_id": event.id,
            "registration_id": each.row.id,
            "question_key": key,
            "option": option,
            "taken_at": now,
        }
        for each in ready
        for key, option in limits
        if option in each.person.answers.get(key, ())
    ]


def _note(
    event: Event,
    plan: importing.BulkPlan,
    ready: Sequence[_Ready],
    changed: Collection[int],
    actor: Actor,
    now: datetime,
) -> None:
    counts = {"people_added": len(ready), "people_changed": len(changed)}
    note(event, "people_imported", actor, now, file=plan.file_name, **counts)
    acts = [Act(each.row, f"imported_{each.person.status.value}", actor, now) for each in ready]
    numbers = list_version_numbers({put.version_id for person in plan.changed for put in person.puts})
    acts += [
        Act(
            Target(Registration, person.registration_id, event.id),
            "changed_by_import",
            actor,
            now,
            told_of(person, numbers),
        )
        for person in plan.changed
    ]
    note_all(acts)


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


#: columns that an answer can fill, with what follows from them
_WRITTEN = (
    "given_name", "family_name", "badge_name", "institution", "position", "country", "phone",
    "sort_name", "sort_institution", "phone_key", "search_text", "language", "revision",
)  # fmt: skip


def change_people(
    event: Event, people: Sequence[importing.ChangedPerson], rows: Mapping[int, Registration], now: datetime
) -> None:
    """Write the answers of these people in place of the ones before, in the caller's transaction, who holds the event's row.

    `rows` are their registrations, by id. Raises BulkOvertaken when an option that somebody changes to is full.
    """
    gone: list[dict[str, Any]] = []
    written: list[dict[str, Any]] = []
    columns: list[dict[str, Any]] = []
    limited = {key for key, _ in limited_options(definition_of(get_current_version(event.id)))}
    for person in people:
        row = rows[person.registration_id]
        new = {put.question.key: list(put.new) for put in person.puts}
        counted = [put.question for put in person.puts if put.question.key in limited]
        if counted:
            try:
                hold_exactly(row, counted, new, now)
            except OptionsFull as full:
                raise importing.BulkOvertaken([person.row]) from full
        for put in person.puts:
            if put.question.column is None:
                gone.append({"of": row.id, "asked": put.question.key})
                written += _answer_rows(row, put)
        columns.append(_columns_of(row, person, new))
    if gone:
        statement = delete(Answer).where(
            Answer.registration_id == bindparam("of"), Answer.question_key == bindparam("asked")
        )
        db.session.connection().execute(statement, gone)
    if written:
        db.session.execute(insert(Answer).execution_options(render_nulls=True), written)
    if columns:
        db.session.execute(update(Registration), columns)


def _answer_rows(row: Registration, put: importing.AnswerPut) -> Iterator[dict[str, Any]]:
    for position, value in enumerate(put.new):
        yield answer_row(row, put.question, position, value, put.version_id)


def _columns_of(row: Registration, person: importing.ChangedPerson, new: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what becomes of the registration's own columns, worked out on a copy: all are written by one statement."""
    copy = Registration(**{name: getattr(row, name) for name in (*_WRITTEN, "email", "reference")})
    fill_identity(copy, [put.question for put in person.puts], new)
    copy.revision = row.revision + 1
    copy.language = person.language or row.language
    return {"id": row.id, **{name: getattr(copy, name) for name in _WRITTEN}}


def told_of(person: importing.ChangedPerson, numbers: Mapping[int, int]) -> dict[str, Any]:
    """Return what the history keeps of changes: of a sensitive answer only that it changed."""
    told: dict[str, Any] = {"language": {"new": person.language}} if person.language is not None else {}
    for put in person.puts:
        is_secret = put.old is None or put.question.is_sensitive or put.question.kind in FILE_KINDS
        told[put.question.key] = (
            "changed"
            if is_secret
            else {"old": list(put.old or ()), "new": list(put.new), "under": [numbers.get(put.version_id)] * 2}
        )
    return told
