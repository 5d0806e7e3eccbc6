"""What a list can be ordered by, and the places of its pages in that order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Integer, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import FunctionElement

from eventreg.events.models import Category
from eventreg.events.queries.choosing import list_sign_up_sessions
from eventreg.i18n.countries import CODES, by_alphabet
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context, DayChoice, SessionChoice
from eventreg.questionnaires.rules.seeking import Seeking
from eventreg.registration.models import Answer, Consent, Registration
from eventreg.registration.rules.searching import sort_value
from eventreg.registration.rules.ways_in import WayKind
from eventreg.review.models import Note, Tag, Tagging
from eventreg.review.rules.columns import Column
from eventreg.review.rules.listing import STATUS_ORDER, ListShape, OfferedQuestion

Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])

_BETWEEN = "|"
_BY_COLUMN: dict[Column, ColumnElement[Any]] = {
    Column.PERSON: Registration.sort_name.expression,
    Column.REFERENCE: Registration.reference.expression,
    Column.INSTITUTION: Registration.sort_institution.expression,
    Column.RECEIVED: Registration.submitted_at.expression,
    Column.CHANGED: Registration.status_changed_at.expression,
    Column.LANGUAGE: Registration.language.expression,
    Column.STATUS: case(*((Registration.status == status, rank) for rank, status in enumerate(STATUS_ORDER))),
}
_IDENTITY: dict[str, ColumnElement[Any]] = {
    "given_name": Registration.sort_name.expression,
    "family_name": Registration.sort_name.expression,
    "badge_name": Registration.sort_name.expression,
    "institution": Registration.sort_institution.expression,
    "position": Registration.sort_position.expression,
    "email": Registration.email_key.expression,
    "phone": Registration.phone.expression,
}


class place_in(FunctionElement[int]):  # noqa: N801 - a function of SQL
    """Where a text begins in another one, from 1; 0 where it is not in it: `place_in(text, part)`."""

    type = Integer()
    inherit_cache = True


@compiles(place_in, "sqlite")
def _place_in_sqlite(element: place_in, compiler: Any, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(place_in, "postgresql")
def _place_in_postgresql(element: place_in, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"


@dataclass(frozen=True)
class Ordering:
    """What one column orders by. Whoever has nothing there comes last, whichever way round."""

    value: ColumnElement[Any]
    #: 1 for whoever has nothing there, 0 for the others; None: everybody has
    is_empty: ColumnElement[int] | None = None
    #: the row of an answer that `value` looks at
    answer: Any = None

    def joined(self, statement: Statement) -> Statement:
        """Return a statement about registrations that knows the value."""
        if self.answer is None:
            return statement
        return statement.outerjoin(self.answer[0], self.answer[1])

    @property
    def place(self) -> list[ColumnElement[Any]]:
        """What makes up a place in the order."""
        return [*([self.is_empty] if self.is_empty is not None else []), self.value, Registration.id.expression]

    def by(self, is_descending: bool, reverse: bool) -> list[ColumnElement[Any]]:
        """Return what to order by; `reverse`: from the end."""
        turned = self._turned(is_descending, reverse)
        return [each.desc() if is_down else each.asc() for each, is_down in zip(self.place, turned, strict=True)]

    def beyond(self, position: Sequence[Any], is_descending: bool, reverse: bool) -> ColumnElement[bool]:
        """Return the condition of coming after a place; before it where `reverse`."""
        turned = self._turned(is_descending, reverse)
        if len(set(turned)) == 1:
            here = tuple_(*self.place)
            return here < tuple(position) if turned[0] else here > tuple(position)
        steps = []
        for depth, (each, is_down) in enumerate(zip(self.place, turned, strict=True)):
            same = [self.place[before] == position[before] for before in range(depth)]
            steps.append(and_(*same, each < position[depth] if is_down else each > position[depth]))
        return or_(*steps)

    def _turned(self, is_descending: bool, reverse: bool) -> list[bool]:
        rest = [is_descending is not reverse] * 2
        return [reverse, *rest] if self.is_empty is not None else rest


def ordering(
    event_id: int, column: str, shape: ListShape, categories: Sequence[Category], language: str
) -> Ordering | None:
    """Return what a column orders by; None for one that the list does not offer."""
    if column not in shape.columns:
        return None
    offered = shape.question(column)
    if offered is not None:
        return _by_question(event_id, offered, shape, language)
    fixed = Column(column)
    if fixed in _BY_COLUMN:
        return _filled(_BY_COLUMN[fixed]) if fixed is Column.INSTITUTION else Ordering(_BY_COLUMN[fixed])
    return _by_fixed(fixed, categories, language)


def _by_fixed(column: Column, categories: Sequence[Category], language: str) -> Ordering:
    match column:
        case Column.CATEGORY:
            ranks = [(Registration.category_id == category.id, rank) for rank, category in enumerate(categories)]
            return Ordering(case(*ranks, else_=len(ranks)) if ranks else Registration.category_id.expression)
        case Column.COUNTRY:
            return _by_country(language)
        case Column.WAY:
            ways = [(Registration.came_by == way, rank) for rank, way in enumerate(WayKind)]
            return Ordering(
                func.coalesce(case(*ways, else_=len(ways)), 0), case((Registration.came_by.is_(None), 1), else_=0)
            )
        case Column.TAGS:
            first = (
                select(func.min(Tag.name_key))
                .join(Tagging, Tagging.tag_id == Tag.id)
                .where(Tagging.registration_id == Registration.id)
                .scalar_subquery()
            )
            return _filled(func.coalesce(first, ""))
        case Column.NOTES:
            return Ordering(
                select(func.count())
                .select_from(Note)
                .where(Note.registration_id == Registration.id)
                .correlate(Registration)
                .scalar_subquery()
            )
    return _by_identity(column.value, language)


def _by_identity(column: str, language: str) -> Ordering:
    if column == "country":
        return _by_country(language)
    value = _IDENTITY[column]
    held = getattr(Registration, column)
    return Ordering(value, case((held == "", 1), else_=0))


def _by_country(language: str) -> Ordering:
    return Ordering(
        _rank(Registration.country.expression, [code for code, _name in by_alphabet(CODES, language)]),
        case((Registration.country == "", 1), else_=0),
    )


def _by_question(event_id: int, offered: OfferedQuestion, shape: ListShape, language: str) -> Ordering:
    question = offered.question
    if question.column is not None:
        return _by_identity(question.column, language)
    if question.kind == "consent":
        return _by_consent(question.key)
    answer = aliased(Answer)
    is_first = and_(
        answer.registration_id == Registration.id, answer.question_key == question.key, answer.position == 0
    )
    # Nothing but what stands in an index is looked at: that is half the time.
    is_empty = case((answer.registration_id.is_(None), 1), else_=0)
    joined = (answer, is_first)
    if offered.seeking is Seeking.PRESENCE:
        return Ordering(is_empty, None, joined)
    ranked = kinds.get(question.kind).ranked(question, _context(event_id, shape), language)
    if ranked is None:
        return Ordering(func.coalesce(answer.sort_value, ""), is_empty, joined)
    every = dict.fromkeys(sort_value(value) for value in (*ranked, *(offered.values or ())))
    return Ordering(_rank(func.coalesce(answer.sort_value, ""), list(every)), is_empty, joined)


def _by_consent(purpose: str) -> Ordering:
    newest = (
        select(Consent.is_given)
        .where(Consent.registration_id == Registration.id, Consent.purpose == purpose)
        .order_by(Consent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return Ordering(case((newest, 0), else_=1))


def _context(event_id: int, shape: ListShape) -> Context:
    return Context(
        languages=(),
        days=tuple(DayChoice(*day) for day in shape.days),
        sessions=lambda: [SessionChoice(*row) for row in list_sign_up_sessions(event_id)],
    )


def _filled(value: ColumnElement[Any]) -> Ordering:
    return Ordering(value, case((value == "", 1), else_=0))


def _rank(value: ColumnElement[Any], values: Sequence[str]) -> ColumnElement[int]:
    """Return the rank of a value: that of its text among all of them; what is not among them comes behind."""
    every = _BETWEEN + _BETWEEN.join(values) + _BETWEEN
    place = place_in(every, _BETWEEN + value + _BETWEEN)
    return case((place == 0, len(every)), else_=place)
