"""The registrations of one event under a state: the one object that the screen, exports and runs share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from flask_babel import get_locale
from sqlalchemy import Select, func, select

from eventreg.db import db
from eventreg.events.models import Category
from eventreg.events.rules.team import Sight
from eventreg.registration.models import Registration
from eventreg.review.listing.counting import Counts, Facet, count_fixed, count_values
from eventreg.review.listing.narrowing import Narrowing
from eventreg.review.listing.offer import ListOf
from eventreg.review.listing.orders import Ordering
from eventreg.review.listing.rows import people_with_columns, put_marks, shown
from eventreg.review.listing.shape import ListShape, get_shape
from eventreg.review.queries.changes import registered_since
from eventreg.review.queries.people import Person
from eventreg.review.rules.columns import STATUS
from eventreg.review.rules.listing import PAGE_SIZE, STATUS_ORDER, Cursor, ListState

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

    def page(self, size: int = PAGE_SIZE) -> Page:
        """Return the page at the state's cursor; a cursor that leads nowhere gives the first page."""
        cursor, position = self._position()
        is_backward = cursor is not None and cursor.is_backward
        statement = self._ordered(select(*shown(self._sight)), reverse=is_backward).limit(size + 1)
        if position is not None:
            statement = statement.where(self._beyond(position, is_backward))
        found = db.session.execute(statement).all()
        if position is not None and not found:
            return self._without_cursor().page(size)
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

    def counts(self) -> Counts:
        """Return the numbers beside the filters of fixed fields: one statement for all of them."""
        return count_fixed(self._narrowing)

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
        place = self._place_of(Registration.id == registration.id)
        if place is None:
            return None, None
        found: list[str | None] = []
        for is_backward in (True, False):
            found.append(
                db.session.scalar(
                    self._ordered(select(Registration.reference), reverse=is_backward)
                    .where(self._beyond(place, is_backward))
                    .limit(1)
                )
            )
        return found[0], found[1]

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

    def _ordered(self, statement: Statement, reverse: bool = False) -> Statement:
        joined = self._ordering.joined(self._narrowing.apply(statement))
        return joined.order_by(*self._ordering.by(self.state.is_descending, reverse))

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
        statement = self._ordering.joined(select(*self._ordering.place).select_from(Registration))
        row = db.session.execute(self._narrowing.visible(statement).where(condition)).one_or_none()
        return None if row is None else tuple(row)

    def _at(self, row: Person, is_backward: bool) -> ListState:
        status = row.status if self.state.order == STATUS else None
        return self.state.with_(cursor=Cursor(row.reference, is_backward, status))


def _reader() -> str:
    locale = get_locale()
    return locale.language if locale is not None else "en"
