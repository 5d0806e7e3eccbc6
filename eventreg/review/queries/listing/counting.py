"""The numbers beside the filters of fixed fields, all in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Integer, Select, String, case, cast, func, literal, null, select, union_all

from eventreg.db import db
from eventreg.registration.models import AnswerRequest, Registration
from eventreg.registration.queries.requests import is_asked_still
from eventreg.registration.rules.states import Status
from eventreg.review.models import Tag, Tagging
from eventreg.review.queries.listing.conditions import has_note, has_trouble
from eventreg.review.queries.listing.narrowing import Narrowing
from eventreg.review.rules.listing import MAIL, YES, Unanswered

_COLUMNS = (
    Registration.status,
    Registration.category_id,
    Registration.country,
    Registration.language,
    Registration.came_by,
)
#: the fields that are counted together, in the order of these columns
_TOGETHER = ("status", "category", "country", "language", "way")

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
    #: by name of the field and value: of country, language, way, tag, trouble, note. "" for who has none
    by_field: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def count_fixed(narrowing: Narrowing) -> Counts:
    """Return the numbers: one statement."""
    numbers: Numbers = {name: {} for name in (*_TOGETHER, "tag", "trouble", "note", "unanswered")}
    shown = 0
    keys = narrowing.conditions.category_keys
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
    let = [narrowing.lets(name, value) for name, value in zip(_TOGETHER, values, strict=True)]
    refused = let.count(False)
    for name, value, is_let in zip(_TOGETHER, values, let, strict=True):
        if refused == 0 or (refused == 1 and not is_let):
            numbers[name][value] = numbers[name].get(value, 0) + number
    return refused == 0


def _statement(narrowing: Narrowing) -> Any:
    parts = [
        _together(narrowing),
        _unanswered(narrowing),
        _one(narrowing, "trouble", MAIL),
        _one(narrowing, "note", YES),
    ]
    if narrowing.conditions.shape.tags:
        parts.append(_tags(narrowing))
    return union_all(*parts)


def _together(narrowing: Narrowing) -> Any:
    # The first part says of what types the columns are.
    nothing = (cast(literal(""), String), cast(literal(""), String))
    return narrowing.apply(select(*nothing, *_COLUMNS, func.count()), _TOGETHER).group_by(*_COLUMNS)


def _counted(name: str, value: Any) -> Select[Any]:
    nothing = (null(), cast(null(), Integer), null(), null(), null())
    return select(cast(literal(name), String), value, *nothing, func.count(Registration.id.distinct()))


def _unanswered(narrowing: Narrowing) -> Select[Any]:
    groups = (AnswerRequest.kind, AnswerRequest.section_key)
    kind = cast(AnswerRequest.kind, String)
    value = case((AnswerRequest.section_key == "", kind), else_=kind + "." + AnswerRequest.section_key)
    return (
        narrowing.apply(_counted("unanswered", value), ("unanswered",))
        .join(AnswerRequest, AnswerRequest.registration_id == Registration.id)
        .where(AnswerRequest.answered_at.is_(None), is_asked_still())
        .group_by(*groups)
    )


def _tags(narrowing: Narrowing) -> Select[Any]:
    return (
        narrowing.apply(_counted("tag", Tag.public_id), ("tag",))
        .join(Tagging, Tagging.registration_id == Registration.id)
        .join(Tag, Tag.id == Tagging.tag_id)
        .group_by(Tag.public_id)
    )


def _one(narrowing: Narrowing, name: str, value: str) -> Select[Any]:
    condition = has_trouble(narrowing.event_id) if name == "trouble" else has_note()
    return narrowing.apply(_counted(name, cast(literal(value), String)), (name,)).where(condition)
