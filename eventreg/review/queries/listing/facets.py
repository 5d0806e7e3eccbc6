"""The numbers beside the values of one field, counted when its filter is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, select

from eventreg.db import db
from eventreg.questionnaires.rules.seeking import Seeking
from eventreg.registration.models import Answer, Registration
from eventreg.review.queries.listing.conditions import CONSENT_KIND
from eventreg.review.queries.listing.counting import count_fixed
from eventreg.review.queries.listing.narrowing import Narrowing
from eventreg.review.rules.listing import Field

#: as many values are named, the most frequent first; the others are found by typing
MOST_VALUES = 100
_IN_ONE = frozenset({"status", "category", "country", "language", "way", "tag", "trouble", "note", "unanswered"})


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


def count_values(narrowing: Narrowing, name: str) -> Facet:
    """Return the numbers of a field: at most two statements. Raises KeyError for one that the list does not offer."""
    field = narrowing.conditions.shape.fields[name]
    if name in _IN_ONE:
        return _of_fixed(narrowing, name)
    empty, answered = _presence(narrowing, field)
    if field.seeking is Seeking.PRESENCE or not answered:
        return Facet((), empty, answered)
    if field.values is not None and _is_by_condition(field):
        return Facet(_by_conditions(narrowing, field), empty, answered)
    found = _grouped(narrowing, field)
    return Facet(found[:MOST_VALUES], empty, answered, has_more=len(found) > MOST_VALUES)


def _of_fixed(narrowing: Narrowing, name: str) -> Facet:
    numbers = dict(count_fixed(narrowing).by_field[name])
    empty = numbers.pop("", 0)
    found = [Counted(value, value, number) for value, number in sorted(numbers.items(), key=lambda each: -each[1])]
    return Facet(found, empty, sum(numbers.values()))


def _presence(narrowing: Narrowing, field: Field) -> tuple[int, int]:
    held = narrowing.conditions.held(field.name)
    statement = select(func.count(), func.sum(case((held.is_empty(), 1), else_=0))).select_from(Registration)
    total, empty = db.session.execute(narrowing.apply(statement, (field.name,))).one()
    return int(empty or 0), total - int(empty or 0)


def _is_by_condition(field: Field) -> bool:
    """Say whether values are counted by a condition each: of those there are few, and they stand in no column."""
    return field.question is None or field.question.kind == CONSENT_KIND


def _by_conditions(narrowing: Narrowing, field: Field) -> list[Counted]:
    values = field.values or ()
    held = narrowing.conditions.held(field.name)
    sums = [func.sum(case((held.one_of([value]), 1), else_=0)) for value in values]
    row = db.session.execute(narrowing.apply(select(*sums).select_from(Registration), (field.name,))).one()
    return [Counted(value, value, int(number or 0)) for value, number in zip(values, row, strict=True)]


def _grouped(narrowing: Narrowing, field: Field) -> list[Counted]:
    """Return the values that people have, the most frequent first; numbers and dates in their order."""
    number = func.count(Registration.id.distinct())
    key, written, joined = _columns(field)
    statement = narrowing.apply(select(key, func.min(written), number).select_from(Registration), (field.name,))
    if joined is not None:
        statement = statement.join(Answer, joined)
    order = [key] if field.seeking.has_ranges else [number.desc(), key]
    rows = db.session.execute(statement.where(key != "").group_by(key).order_by(*order).limit(MOST_VALUES + 1))
    is_text = field.seeking is Seeking.TEXT
    return [Counted(row[0] if is_text else row[1], row[1], row[2]) for row in rows]


def _columns(field: Field) -> tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[bool] | None]:
    """Return what to group by, what to show of it, and how the row of an answer is joined."""
    column = field.question.column if field.question is not None else field.name
    if column is None:
        assert field.question is not None  # noqa: S101 - fixed fields have a column
        joined = (Answer.registration_id == Registration.id) & (Answer.question_key == field.question.key)
        return Answer.sort_value.expression, Answer.value.expression, joined
    by = {
        "institution": Registration.sort_institution.expression,
        "position": Registration.sort_position.expression,
        "email": Registration.email_key.expression,
        "phone": Registration.phone_key.expression,
    }
    held = getattr(Registration, column).expression
    return by.get(column, held), held, None
