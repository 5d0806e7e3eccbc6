"""The one list of registrations: its filters, order and pages, for the screen and the export alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    case,
    cast,
    func,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from eventreg.db import db
from eventreg.events.models import Category
from eventreg.events.rules.team import Sight
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.queries.requests import has_unanswered, is_asked_still
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.review.queries.scoping import in_scope
from eventreg.review.rules.listing import PAGE_SIZE, STATUS_ORDER, Cursor, ListState, Order, Unanswered

Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])

_ORDERED_BY: dict[Order, ColumnElement[Any]] = {
    Order.RECEIVED: Registration.submitted_at.expression,
    Order.NAME: Registration.sort_name.expression,
    Order.STATUS: case(*((Registration.status == status, rank) for rank, status in enumerate(STATUS_ORDER))),
    Order.INSTITUTION: Registration.sort_institution.expression,
}


class Row(NamedTuple):
    """One line of the list."""

    id: int
    reference: str
    given_name: str
    family_name: str
    institution: str
    country: str
    category_id: int
    status: Status
    submitted_at: datetime
    came_by: WayKind | None
    access_code_id: int | None

    @property
    def full_name(self) -> str:
        """The name as typed."""
        return f"{self.given_name} {self.family_name}".strip()


_SHOWN = (
    Registration.id,
    Registration.reference,
    Registration.given_name,
    Registration.family_name,
    Registration.institution,
    Registration.country,
    Registration.category_id,
    Registration.status,
    Registration.submitted_at,
    Registration.came_by,
    Registration.access_code_id,
)


@dataclass(frozen=True)
class Page:
    """Some lines, and the states of the pages around them."""

    rows: Sequence[Row]
    previous: ListState | None
    next: ListState | None


@dataclass(frozen=True)
class Counts:
    """How many registrations the search finds. Each filter's numbers follow the other filters, not itself."""

    by_status: dict[Status, int]
    #: by id of the category
    by_category: dict[int, int]
    #: with every filter
    shown: int
    #: with every filter but the status
    any_status: int
    #: by what was asked beside the form and is not answered
    unanswered: Mapping[Unanswered, int] = field(default_factory=dict)


class RegistrationList:
    """The registrations of one event under a state, as far as somebody's sight goes.

    Another event's, and those out of sight, are in no statement of it.
    """

    def __init__(self, event_id: int, categories: Sequence[Category], state: ListState, sight: Sight) -> None:
        self.event_id = event_id
        self.state = state
        self._sight = sight
        self._category_ids = [category.id for category in categories if category.key in state.categories]

    def page(self, size: int = PAGE_SIZE) -> Page:
        """Return the page at the state's cursor; a cursor that leads nowhere gives the first page."""
        cursor, position = self._position()
        is_backward = cursor is not None and cursor.is_backward
        statement = self._filtered(select(*_SHOWN)).order_by(*self._order(reverse=is_backward)).limit(size + 1)
        if position is not None:
            statement = statement.where(self._beyond(position, is_backward))
        found = [Row(*row) for row in db.session.execute(statement)]
        if position is not None and not found:
            return self._without_cursor().page(size)
        has_more, rows = len(found) > size, found[:size]
        if is_backward:
            rows.reverse()
        has_previous = has_more if is_backward else position is not None
        has_next = is_backward or has_more
        return Page(
            rows,
            self._at(rows[0], is_backward=True) if rows and has_previous else None,
            self._at(rows[-1], is_backward=False) if rows and has_next else None,
        )

    def counts(self) -> Counts:
        """Return the numbers beside the filters: one statement for all of them."""
        by_status: dict[Status, int] = {}
        by_category: dict[int, int] = {}
        unanswered: dict[Unanswered, int] = {}
        shown = 0
        for kind, section_key, status, category_id, number in db.session.execute(self._counted()):
            fits_status = not self.state.statuses or status in self.state.statuses
            fits_category = not self.state.categories or category_id in self._category_ids
            if kind is not None:
                if fits_status and fits_category:
                    asked = Unanswered(kind, section_key)
                    unanswered[asked] = unanswered.get(asked, 0) + number
                continue
            if fits_category:
                by_status[status] = by_status.get(status, 0) + number
            if fits_status:
                by_category[category_id] = by_category.get(category_id, 0) + number
            if fits_status and fits_category:
                shown += number
        return Counts(by_status, by_category, shown, sum(by_status.values()), unanswered)

    def _counted(self) -> CompoundSelect[*tuple[Any, ...]]:
        """Return people by status and category; and once more by what they have not answered, whatever of it is chosen."""
        groups = (Registration.status, Registration.category_id)
        asked = (AnswerRequest.kind, AnswerRequest.section_key)
        waiting = (
            self._visible(select(*asked, *groups, func.count(Registration.id.distinct())))
            .join(AnswerRequest, AnswerRequest.registration_id == Registration.id)
            .where(AnswerRequest.answered_at.is_(None), is_asked_still(), *self._held())
            .group_by(*asked, *groups)
        )
        nothing = (cast(null(), String), cast(null(), String))
        everybody = self._searched(select(*nothing, *groups, func.count())).group_by(*groups)
        # The first part says of what types the columns are.
        return union_all(waiting, everybody)

    def select(self, *columns: Any) -> Select[Any]:
        """Return the statement that selects columns of everybody in the list, on whichever page, in no order."""
        return self._filtered(select(*columns))

    def ids(self) -> Sequence[int]:
        """Return the ids of all lines in the list's order: one statement, a few bytes a line."""
        return db.session.scalars(self._filtered(select(Registration.id)).order_by(*self._order())).all()

    def neighbours(self, registration: Registration) -> tuple[str | None, str | None]:
        """Return the references before and after a registration, which itself need not pass the filters any more."""
        position = (self._sort_value(registration), registration.id)
        found: list[str | None] = []
        for is_backward in (True, False):
            found.append(
                db.session.scalar(
                    self._filtered(select(Registration.reference))
                    .where(self._beyond(position, is_backward))
                    .order_by(*self._order(reverse=is_backward))
                    .limit(1)
                )
            )
        return found[0], found[1]

    def _without_cursor(self) -> RegistrationList:
        first = copy(self)
        first.state = self.state.with_()
        return first

    def _searched(self, statement: Statement) -> Statement:
        statement = self._visible(statement).where(*self._held())
        if self.state.unanswered:
            statement = statement.where(or_(*(has_unanswered(*asked) for asked in self.state.unanswered)))
        return statement

    def _visible(self, statement: Statement) -> Statement:
        return in_scope(statement.where(Registration.event_id == self.event_id), self.event_id, self._sight.scope)

    def _holds(self, word: str) -> ColumnElement[bool]:
        if self._sight.has_contact_data:
            return Registration.search_text.contains(word, autoescape=True)
        # The text to search in holds addresses and numbers: whoever may not see them must not find out by trying.
        columns = (Registration.sort_name, Registration.sort_institution, func.lower(Registration.reference))
        return or_(*(column.contains(word, autoescape=True) for column in columns))

    def _held(self) -> list[ColumnElement[bool]]:
        return [self._holds(word) for word in self.state.words]

    def _filtered(self, statement: Statement) -> Statement:
        statement = self._searched(statement)
        if self.state.statuses:
            statement = statement.where(Registration.status.in_(self.state.statuses))
        if self.state.categories:
            statement = statement.where(Registration.category_id.in_(self._category_ids))
        return statement

    def _order(self, reverse: bool = False) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        column = _ORDERED_BY[self.state.order]
        if self.state.is_descending is not reverse:
            return column.desc(), Registration.id.desc()
        return column.asc(), Registration.id.asc()

    def _beyond(self, position: tuple[Any, int], is_backward: bool) -> ColumnElement[bool]:
        here = tuple_(_ORDERED_BY[self.state.order], Registration.id)
        return here < position if self.state.is_descending is not is_backward else here > position

    def _position(self) -> tuple[Cursor | None, tuple[Any, int] | None]:
        """Return the cursor with the place in the order that it names; nothing when it names nobody in sight."""
        cursor = self.state.cursor
        if cursor is None:
            return None, None
        statement = self._visible(select(_ORDERED_BY[self.state.order], Registration.id))
        row = db.session.execute(statement.where(Registration.reference == cursor.reference)).one_or_none()
        if row is None:
            return None, None
        if self.state.order is Order.STATUS and cursor.status is not None:
            return cursor, (STATUS_ORDER.index(cursor.status), row[1])
        return cursor, (row[0], row[1])

    def _sort_value(self, registration: Registration) -> Any:
        return {
            Order.RECEIVED: registration.submitted_at,
            Order.NAME: registration.sort_name,
            Order.STATUS: STATUS_ORDER.index(registration.status),
            Order.INSTITUTION: registration.sort_institution,
        }[self.state.order]

    def _at(self, row: Row, is_backward: bool) -> ListState:
        status = row.status if self.state.order is Order.STATUS else None
        return self.state.with_(cursor=Cursor(row.reference, is_backward, status))
