"""The numbers beside the values of one field, counted when its filter is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import aliased

from eventreg.db import db
from eventreg.questionnaires.rules.seeking import Seeking
from eventreg.registration.models import Answer, Registration
from eventreg.registration.rules.searching import compared
from eventreg.review.listing.conditions import CONSENT_KIND
from eventreg.review.listing.counting import APART, TOGETHER, count_fixed
from eventreg.review.listing.narrowing import Narrowing
from eventreg.review.rules.listing import RECEIVED, Field

#: as many values are named, the most frequent first; the others are found by typing
MOST_VALUES = 100
#: an alias: filters and scopes look at answers too
_answer = aliased(Answer)


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
    if name in TOGETHER:
        return _together(narrowing, name)
    empty, answered = _presence(narrowing, field)
    if name in APART:
        numbers = count_fixed(narrowing).by_field[name]
        return Facet([Counted(value, value, numbers[value]) for value in _by_number(numbers)], empty, answered)
    if field.seeking is Seeking.PRESENCE or name == RECEIVED or not answered:
        return Facet((), empty, answered)
    if field.values is not None and _is_by_condition(field):
        return Facet(_by_conditions(narrowing, field), empty, answered)
    found = _grouped(narrowing, field)
    return Facet(found[:MOST_VALUES], empty, answered, has_more=len(found) > MOST_VALUES)


def _together(narrowing: Narrowing, name: str) -> Facet:
    numbers = dict(count_fixed(narrowing).by_field[name])
    empty = numbers.pop("", 0)
    found = [Counted(value, value, numbers[value]) for value in _by_number(numbers)]
    return Facet(found, empty, sum(numbers.values()))


def _by_number(numbers: Mapping[str, int]) -> list[str]:
    return sorted((value for value, number in numbers.items() if number), key=lambda value: (-numbers[value], value))


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
        statement = statement.join(_answer, joined)
    order = [key] if field.seeking.has_ranges else [number.desc(), key]
    rows = db.session.execute(statement.where(key != "").group_by(key).order_by(*order).limit(MOST_VALUES + 1))
    is_text = field.seeking is Seeking.TEXT
    return [Counted(compared(row[1]) if is_text else row[1], row[1], row[2]) for row in rows]


def _columns(field: Field) -> tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[bool] | None]:
    """Return what to group by, what to show of it, and how the row of an answer is joined."""
    column = field.question.column if field.question is not None else field.name
    if column is None:
        assert field.question is not None  # noqa: S101 - fixed fields have a column
        joined = and_(_answer.registration_id == Registration.id, _answer.question_key == field.question.key)
        return _answer.sort_value.expression, _answer.value.expression, joined
    by = {
        "institution": Registration.sort_institution.expression,
        "position": Registration.sort_position.expression,
        "email": Registration.email_key.expression,
        "phone": Registration.phone_key.expression,
    }
    held = getattr(Registration, column).expression
    return by.get(column, held), held, None
