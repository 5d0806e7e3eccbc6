"""The registrations of one event under a state: the one object that the screen, exports and runs share, and its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from flask_babel import get_locale
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)

from eventreg.attendees.fields import ListField
from eventreg.attendees.fields.asking import Ordering
from eventreg.attendees.fields.offer import ListOf, Offer, OfferedQuestion
from eventreg.attendees.listing import answers, fixed
from eventreg.attendees.listing.counting import Counts, Facet, Narrowing, count_fixed, count_values
from eventreg.attendees.listing.shape import ListShape, get_shape
from eventreg.attendees.queries.people import PERSON_COLUMNS, Person, person_of
from eventreg.attendees.queries.person import registered_since
from eventreg.attendees.rules.listing import PAGE_SIZE, STATUS, YES, Cursor, ListState
from eventreg.db import PLANNED_ANEW, db
from eventreg.events.models import Category
from eventreg.events.rules.team import Sight
from eventreg.registration.models import Answer, Consent, Registration
from eventreg.registration.rules.states import STATUS_ORDER

#: what fields show of the registration beside what everything knows of a person
BESIDE = tuple(
    getattr(Registration, held_in)
    for held_in in {kind.held_in: None for kind in fixed.COLUMNS if kind.held_in}
    if held_in not in {column.key for column in PERSON_COLUMNS}
)
_CONTACT_DATA = frozenset(kind.held_in for kind in fixed.COLUMNS if kind.is_contact_data)
_ANSWER, _CONSENT = "answer", "consent"


def shown(sight: Sight) -> list[ColumnElement[Any]]:
    """Return what is selected of each line; contact data is empty for whoever may not see it."""
    hidden = () if sight.has_contact_data else _CONTACT_DATA
    return [
        literal("").label(column.key) if column.key in hidden else column.expression
        for column in (*PERSON_COLUMNS, *BESIDE)
    ]


def people_with_columns(found: Sequence[Any], columns: Sequence[str], shape: ListShape) -> list[Person]:
    """Return lines of what `shown` selected, with what these columns show: one statement at most, for any number."""
    people = {row.id: person_of(row) for row in found}
    asked = {
        field.question.key: shape.questions[field.question.key]
        for name in columns
        if (field := shape.by_column.get(name)) is not None and field.question is not None
    }
    parts = list(_parts(list(people), asked)) if people else []
    rows = db.session.execute(union_all(*parts)) if parts else ()
    for what, registration_id, key, value, version_id, _place in sorted(rows, key=lambda row: (row[0], row[5])):
        person = people[registration_id]
        person.versions[key] = version_id or person.questionnaire_id
        if what == _CONSENT:
            person.consents[key] = bool(value)
        elif value is None or asked[key].is_sensitive:
            person.sealed.add(key)
        else:
            person.answers.setdefault(key, []).append(value)
    return list(people.values())


def put_marks(of: ListOf, people: Mapping[int, Person], fields: Iterable[ListField]) -> None:
    """Read what these fields show of people beside their registration: one statement at most, for any number of either."""
    by_key = {field.column or field.name: field for field in fields if type(field).marked is not ListField.marked}
    if not people or not by_key:
        return
    kinds, database = tuple(type(field) for field in by_key.values()), db.engine.dialect.name
    # Days are looked up while the statement is built: what was built for one event is for no other then.
    narrowed_by_days = of.sight.scope.days is not None
    built = (
        _built_marks(kinds, of.sight, database, of.event_id) if narrowed_by_days else _marks(kinds, of.sight, database)
    )
    for key, id_, first, second in db.session.execute(built, {"event_id": of.event_id, "ids": list(people)}):
        by_key[key].mark(people[id_], first, second)


@lru_cache(maxsize=64)
def _marks(kinds: Sequence[type[ListField]], sight: Sight, database: str) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the statement that reads what is marked. Kept: to build it takes longer than to ask it."""
    return _built_marks(kinds, sight, database, bindparam("event_id"))


def _built_marks(
    kinds: Sequence[type[ListField]], sight: Sight, database: str, event_id: Any
) -> CompoundSelect[*tuple[Any, ...]]:
    of = ListOf(event_id, (), sight, "")
    ids: Any = bindparam("ids", expanding=True)
    if database == "postgresql":
        # One value, however many they are: hundreds would be written out, and planned with, for each page.
        ids = select(func.unnest(bindparam("ids", type_=ARRAY(Integer))))
    return union_all(*(part for kind in kinds for part in kind(Offer()).marked(of, ids)))


def _parts(ids: Sequence[int], asked: Mapping[str, OfferedQuestion]) -> Iterator[Select[Any]]:
    """Yield selections of (what, registration, key, value, version, place), the values of one answer in their order."""
    beside = [offered.question for offered in asked.values() if offered.question.column is None]
    purposes = [question.key for question in beside if question.kind == answers.CONSENT_KIND]
    keys = [question.key for question in beside if question.kind != answers.CONSENT_KIND]
    if keys:
        yield _part(_ANSWER, Answer, Answer.question_key, Answer.value, Answer.position).where(
            Answer.registration_id.in_(ids), Answer.question_key.in_(keys)
        )
    if purposes:
        is_given = case((Consent.is_given, YES), else_="")
        yield _part(_CONSENT, Consent, Consent.purpose, is_given, Consent.id).where(
            Consent.registration_id.in_(ids), Consent.purpose.in_(purposes)
        )


def _part(what: str, table: type[Answer | Consent], key: Any, value: Any, place: Any) -> Select[Any]:
    texts: list[Any] = [cast(key, String), cast(value, Text)]
    numbers: list[Any] = [cast(table.questionnaire_id, Integer), cast(place, Integer)]
    return select(cast(literal(what), String), table.registration_id, *texts, *numbers)


Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True)
class Page:
    """Some lines, and the states of the pages around them."""

    rows: Sequence[Person]
    previous: ListState | None
    next: ListState | None


class RegistrationList:
    """The registrations of one event under a state, as far as somebody's sight goes.

    Another event's, and those out of sight, are in no statement of it. A filter or order that the list does not offer to
    this sight finds nobody, or is none: what one may not see cannot be found out by trying. `shape` is what the list
    offers, read when it is wanted and not given; `language` that of whoever reads the list in order.
    """

    def __init__(
        self,
        event_id: int,
        categories: Sequence[Category],
        state: ListState,
        sight: Sight,
        shape: ListShape | None = None,
        language: str = "",
    ) -> None:
        self.event_id = event_id
        self.state = state
        self._categories, self._sight, self._language = categories, sight, language
        # What was offered to somebody who may see more is not taken over.
        if shape is not None and (sight.has_contact_data or not shape.has_contact_data):
            self.shape = shape

    @cached_property
    def shape(self) -> ListShape:
        """What the list offers."""
        return get_shape(self.event_id, self._categories, self._sight)

    def page(self, size: int = PAGE_SIZE, few: Collection[int] | None = None, *, of_many: bool = False) -> Page:
        """Return the page at the state's cursor; a cursor that leads nowhere gives the first page.

        `few`: the ids of all lines of the list, where they were found already. `of_many`: it has too many lines to put all in
        order, where an index may know who is on the page.
        """
        cursor, position = self._position()
        is_backward = cursor is not None and cursor.is_backward
        led = self._led(size + 1, position, is_backward) if of_many and few is None else None
        found = self._found(led, size + 1, position, is_backward) if led is not None else []
        if len(found) <= size:
            found = self._found(few, size + 1, position, is_backward)
        if position is not None and not found:
            return self._without_cursor().page(size, few)
        has_more, lines = len(found) > size, list(found[:size])
        if is_backward:
            lines.reverse()
        rows = people_with_columns(lines, self.state.shown_columns, self.shape)
        has_previous = has_more if is_backward else position is not None
        has_next = is_backward or has_more
        return Page(
            rows,
            self._at(rows[0], is_backward=True) if rows and has_previous else None,
            self._at(rows[-1], is_backward=False) if rows and has_next else None,
        )

    def counts(self, newest: str = "") -> Counts:
        """Return the numbers beside the filters of fixed fields: one statement for all of them.

        `newest`: the hash at which the event's history stood before, if the numbers of then are good enough.
        """
        return count_fixed(self._narrowing, newest)

    def count(self) -> int:
        """Return how many lines the list has."""
        statement = self._narrowing.apply(select(func.count()).select_from(Registration))
        return db.session.scalars(statement).one()

    def facet(self, field: str) -> Facet:
        """Return the numbers beside the values of one field, whose filter is opened. Raises KeyError for none offered."""
        return count_values(self._narrowing, field)

    def select(self, *columns: Any) -> Select[*tuple[Any, ...]]:
        """Return the statement that selects columns of everybody in the list, on whichever page, in no order."""
        return self._narrowing.apply(select(*columns).select_from(Registration))

    def ids(self) -> Sequence[int]:
        """Return the ids of all lines in the list's order: one statement, a few bytes a line."""
        return db.session.scalars(self._ordered(select(Registration.id))).all()

    def lines(self, ids: Collection[int]) -> list[Person]:
        """Return these lines as far as they are in sight, whether or not the filters let them through."""
        found = db.session.execute(
            self._narrowing.visible(select(*shown(self._sight))).where(Registration.id.in_(ids))
        ).all()
        return people_with_columns(found, self.state.shown_columns, self.shape)

    def put_marks(self, people: Sequence[Person]) -> None:
        """Read what is marked on these lines: one statement, however many there are."""
        put_marks(self._of, {person.id: person for person in people}, self.shape.every_fixed)

    def find_in_sight(self, references: Collection[str]) -> dict[str, int]:
        """Return the ids of these registrations by reference; of those out of sight, or of no one, nothing."""
        statement = self._narrowing.visible(select(Registration.reference, Registration.id))
        return dict(db.session.execute(statement.where(Registration.reference.in_(references))).all())

    def count_arrived(self, position: int) -> int:
        """Return how many lines of the list came after a position of the event's history."""
        statement = self._narrowing.apply(select(func.count()).select_from(Registration))
        return db.session.scalars(statement.where(Registration.id.in_(registered_since(self.event_id, position)))).one()

    def neighbours(self, registration: Registration) -> tuple[str | None, str | None]:
        """Return the references before and after a registration, which itself need not pass the filters any more."""
        # Where it stands is asked in the same statement; of one out of sight it is nowhere, and nobody is beside it.
        own = [
            self._place(column).where(Registration.id == registration.id).correlate(None).scalar_subquery()
            for column in self._ordering.place
        ]
        sides = []
        for is_backward in (True, False):
            beside = self._ordered(select(Registration.reference), reverse=is_backward)
            sides.append(beside.where(self._beyond(own, is_backward)).limit(1).scalar_subquery())
        before, after = db.session.execute(select(*sides)).one()
        return before, after

    @cached_property
    def _narrowing(self) -> Narrowing:
        return Narrowing(self._of, self.shape, self.state)

    @cached_property
    def _of(self) -> ListOf:
        return ListOf(self.event_id, self._categories, self._sight, self._language or _reader())

    @cached_property
    def _ordering(self) -> Ordering:
        field = self.shape.by_column.get(self.state.order)
        return field.ordering(self._of) if field is not None else Ordering(Registration.submitted_at.expression)

    def _ordered(self, statement: Statement, reverse: bool = False, few: Any = None) -> Statement:
        narrowed = self._narrowing.apply(statement) if few is None else statement.where(Registration.id.in_(few))
        joined = self._ordering.joined(narrowed)
        return joined.order_by(*self._ordering.by(self.state.is_descending, reverse))

    def _found(self, few: Any, number: int, position: Sequence[Any] | None, is_backward: bool) -> Sequence[Any]:
        """Return the lines that come first from a place on: among those of these ids, or of a statement that selects them."""
        statement = self._ordered(select(*shown(self._sight)), reverse=is_backward, few=few).limit(number)
        if position is not None:
            statement = statement.where(self._beyond(position, is_backward))
        # Filters and searches let through one person or everybody.
        return db.session.execute(statement, execution_options={PLANNED_ANEW: self.state.is_narrowed}).all()

    def _led(self, number: int, position: Sequence[Any] | None, is_backward: bool) -> Select[*tuple[Any, ...]] | None:
        """Return the selection of who comes first from a place on, off an index; None where none knows.

        It selects too few where the others have nothing there.
        """
        led = self._ordering.led
        if led is None or (position is not None and position[0]):
            return None
        answer, of_person = led.answer
        statement = select(led.id).select_from(answer).join(Registration, of_person)
        if position is not None:
            statement = statement.where(led.beyond(position[1:], self.state.is_descending, is_backward))
        statement = self._narrowing.apply(statement, from_few=True)
        # The page has the same tables.
        return statement.order_by(*led.by(self.state.is_descending, is_backward)).limit(number).correlate(None)

    def _beyond(self, place: Sequence[Any], is_backward: bool) -> Any:
        return self._ordering.beyond(place, self.state.is_descending, is_backward)

    def _without_cursor(self) -> RegistrationList:
        first = copy(self)
        first.state = self.state.with_()
        first.__dict__.pop("_narrowing", None)
        return first

    def _position(self) -> tuple[Cursor | None, Sequence[Any] | None]:
        """Return the cursor with the place in the order that it names; nothing when it names nobody in sight."""
        cursor = self.state.cursor
        if cursor is None:
            return None, None
        place = self._place_of(Registration.reference == cursor.reference)
        if place is None:
            return None, None
        if self.state.order == STATUS and cursor.status is not None:
            return cursor, (STATUS_ORDER.index(cursor.status), place[1])
        return cursor, place

    def _place_of(self, condition: Any) -> Sequence[Any] | None:
        row = db.session.execute(self._place(*self._ordering.place).where(condition)).one_or_none()
        return None if row is None else tuple(row)

    def _place(self, *columns: Any) -> Select[*tuple[Any, ...]]:
        return self._narrowing.visible(self._ordering.joined(select(*columns).select_from(Registration)))

    def _at(self, row: Person, is_backward: bool) -> ListState:
        status = row.status if self.state.order == STATUS else None
        return self.state.with_(cursor=Cursor(row.reference, is_backward, status))


def _reader() -> str:
    locale = get_locale()
    return locale.language if locale is not None else "en"
