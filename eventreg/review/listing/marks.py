"""Small marks beside the lines of the list: tags, notes, mail that did not arrive, likely doubles, the code they came by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, select, union_all

from eventreg.db import db
from eventreg.events.rules.team import Sight
from eventreg.mail.rules import DeliveryState, Standing
from eventreg.registration.models import AccessCode, Registration
from eventreg.review.models import Note, Tag, Tagging
from eventreg.review.queries.duplicates import is_likely_double
from eventreg.review.queries.messages import has_trouble
from eventreg.review.rules.tags import TagColour

_TAG, _NOTES, _TROUBLE, _DOUBT, _DOUBLE, _CODE = "tag", "notes", "trouble", "doubt", "double", "code"


class ShownTag(NamedTuple):
    """A tag on a line."""

    name: str
    colour: TagColour


@dataclass
class Marks:
    """What is marked on one line."""

    tags: list[ShownTag] = field(default_factory=list)
    notes: int = 0
    #: where the newest message to the person stands, if somebody should look
    trouble: Standing | None = None
    is_double: bool = False
    #: the code they came by, with what it is for
    code: str = ""


def list_marks(event_id: int, ids: Collection[int], sight: Sight) -> Mapping[int, Marks]:
    """Return the marks of these registrations of an event by id, tags by name: one statement. Those without are left out."""
    if not ids:
        return {}
    parts = (
        _part(_TAG, Tagging.registration_id, cast(Tag.colour, String), Tag.name)
        .join(Tag, Tag.id == Tagging.tag_id)
        .where(Tagging.registration_id.in_(ids)),
        _part(_NOTES, Note.registration_id, cast(func.count(), String), literal(""))
        .where(Note.registration_id.in_(ids))
        .group_by(Note.registration_id),
        _part(_CODE, Registration.id, AccessCode.code, AccessCode.label)
        .join(AccessCode, AccessCode.id == Registration.access_code_id)
        .where(Registration.id.in_(ids)),
        _those(_TROUBLE, ids, has_trouble(event_id)),
        _those(_DOUBT, ids, has_trouble(event_id, DeliveryState.DOUBTFUL)),
        _those(_DOUBLE, ids, is_likely_double(event_id, sight, of_few=True)),
    )
    found: dict[int, Marks] = {}
    for kind, id_, first, second in db.session.execute(union_all(*parts)):
        _mark(found.setdefault(id_, Marks()), kind, first, second)
    for marks in found.values():
        marks.tags.sort(key=lambda tag: tag.name.casefold())
    return found


def _part(kind: str, id_: Any, first: Any, second: Any) -> Select[Any]:
    return select(cast(literal(kind), String), id_, first, second)


def _those(kind: str, ids: Collection[int], condition: ColumnElement[bool]) -> Select[Any]:
    return _part(kind, Registration.id, literal(""), literal("")).where(Registration.id.in_(ids), condition)


def _mark(marks: Marks, kind: str, first: str, second: str) -> None:
    if kind == _TAG:
        marks.tags.append(ShownTag(second, TagColour(first)))
    elif kind == _NOTES:
        marks.notes = int(first)
    elif kind == _CODE:
        marks.code = f"{first} ({second})" if second else first
    elif kind == _TROUBLE:
        marks.trouble = Standing.FAILED
    elif kind == _DOUBT:
        marks.trouble = Standing.DOUBTFUL
    else:
        marks.is_double = True
