"""The numbers beside the filters of fixed fields, all in one statement.

People are counted by all fields of one value together, off an index; what a filter lets through is added up here. Where
something else narrows the list, whoever is left is gathered once, and everything is counted among them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, String, case, cast, func, literal, null, select, union_all
from sqlalchemy.orm import aliased
from sqlalchemy.sql.util import ClauseAdapter

from eventreg.db import db
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.queries.requests import is_asked_still
from eventreg.registration.rules.states import Status
from eventreg.review.listing.conditions import has_note
from eventreg.review.listing.narrowing import Narrowing
from eventreg.review.models import Tag, Tagging
from eventreg.review.queries.messages import has_trouble
from eventreg.review.rules.listing import MAIL, YES, Unanswered

#: the fields that are counted together, each with its column
TOGETHER = {
    "status": Registration.status,
    "category": Registration.category_id,
    "country": Registration.country,
    "language": Registration.language,
    "way": Registration.came_by,
}
#: the others, which few people have
APART = ("unanswered", "tag", "trouble", "note")

#: aliases: the filter by tags looks at them too
_tag, _tagging = aliased(Tag), aliased(Tagging)

Numbers = dict[str, dict[str, int]]


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
    #: by name of the field and value: of all fields that are counted here. "" for who has none
    by_field: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def count_fixed(narrowing: Narrowing) -> Counts:
    """Return the numbers: one statement."""
    numbers: Numbers = {name: {} for name in (*TOGETHER, *APART)}
    keys = narrowing.conditions.category_keys
    shown = 0
    for name, value, status, category_id, country, language, came_by, number in db.session.execute(
        _statement(narrowing)
    ):
        if name:
            numbers[name][value] = number
            continue
        values = (status.value, keys.get(category_id, ""), country, language, came_by.value if came_by else "")
        shown += number if _count_together(numbers, narrowing, values, number) else 0
    ids = {key: id_ for id_, key in keys.items()}
    return Counts(
        by_status={Status(value): number for value, number in numbers["status"].items()},
        by_category={ids[key]: number for key, number in numbers["category"].items() if key in ids},
        shown=shown,
        any_status=sum(numbers["status"].values()),
        unanswered={
            asked: number
            for value, number in numbers["unanswered"].items()
            if (asked := Unanswered.read(value)) is not None
        },
        by_field=numbers,
    )


def _count_together(numbers: Numbers, narrowing: Narrowing, values: Sequence[str], number: int) -> bool:
    """Count some people, all of the same values, for the fields whose other filters let them through; say if all do."""
    let = [narrowing.lets(name, value) for name, value in zip(TOGETHER, values, strict=True)]
    refused = let.count(False)
    for name, value, is_let in zip(TOGETHER, values, let, strict=True):
        if refused == 0 or (refused == 1 and not is_let):
            numbers[name][value] = numbers[name].get(value, 0) + number
    return refused == 0


def _statement(narrowing: Narrowing) -> Any:
    people = _gathered(narrowing)
    adapted: Callable[[Any], Any] = ClauseAdapter(people).traverse if people is not None else lambda clause: clause
    parts = [
        _part(narrowing, people, adapted, name) for name in APART if name != "tag" or narrowing.conditions.shape.tags
    ]
    columns = [adapted(column.expression) for column in TOGETHER.values()]
    # The first part says of what types the columns are.
    together = select(_text(""), _text(""), *columns, func.count()).group_by(*columns)
    if people is None:
        together = narrowing.apply(together.select_from(Registration), TOGETHER)
    return union_all(together, *parts)


def _gathered(narrowing: Narrowing) -> CTE | None:
    """Return whoever is left by the search and by filters of other fields, with what is counted; None: everybody is."""
    if not narrowing.is_narrowed_beside(TOGETHER):
        return None
    statement = narrowing.apply(select(Registration.id, *TOGETHER.values()), TOGETHER)
    # MATERIALIZED: else each part of the statement would look for them again.
    return statement.cte("gathered").prefix_with("MATERIALIZED")


def _part(narrowing: Narrowing, people: CTE | None, adapted: Callable[[Any], Any], name: str) -> Any:
    """Return how many people have what of one of the fields that few have."""
    if people is None or narrowing.state.filter_of(name) is not None:
        # Its own filter is left out here, so that those who were gathered by it do not do.
        statement = narrowing.apply(
            _with(name, narrowing.event_id, select(*_head(name)).select_from(Registration)), (name,)
        )
        return statement.group_by(*_groups(name))
    statement = select(*_head(name)).select_from(Registration).join(people, people.c.id == Registration.id)
    asked = [narrowing.condition_of(field) for field in TOGETHER]
    statement = statement.where(*(condition for condition in asked if condition is not None))
    return _with(name, narrowing.event_id, statement).group_by(*_groups(name))


def _head(name: str) -> list[ColumnElement[Any]]:
    nothing = (null(), cast(null(), Integer), null(), null(), null())
    return [_text(name), _value(name), *nothing, func.count(Registration.id.distinct())]


def _value(name: str) -> ColumnElement[Any]:
    if name == "unanswered":
        kind = cast(AnswerRequest.kind, String)
        return case((AnswerRequest.section_key == "", kind), else_=kind + "." + AnswerRequest.section_key)
    return _tag.public_id.expression if name == "tag" else _text(MAIL if name == "trouble" else YES)


def _groups(name: str) -> list[ColumnElement[Any]]:
    """Return what to group by; nothing where there is one number."""
    groups: dict[str, list[ColumnElement[Any]]] = {
        "unanswered": [AnswerRequest.kind.expression, AnswerRequest.section_key.expression],
        "tag": [_tag.public_id.expression],
    }
    return groups.get(name, [])


def _with(name: str, event_id: int, statement: Any) -> Any:
    """Return a statement about registrations with what a field is found in."""
    if name == "unanswered":
        waiting = (AnswerRequest.event_id == event_id, AnswerRequest.answered_at.is_(None), is_asked_still())
        return statement.join(AnswerRequest, AnswerRequest.registration_id == Registration.id).where(*waiting)
    if name == "tag":
        return statement.join(_tagging, _tagging.registration_id == Registration.id).join(
            _tag, _tag.id == _tagging.tag_id
        )
    return statement.where(has_trouble(event_id) if name == "trouble" else has_note())


def _text(value: str) -> ColumnElement[str]:
    return cast(literal(value), String)
