"""What the columns of some lines show beside the registration itself: one statement for all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, String, Text, case, cast, func, literal, null, select, union_all

from eventreg.db import db
from eventreg.registration.models import Answer, Consent
from eventreg.review.models import Note, Tagging
from eventreg.review.rules.columns import Column
from eventreg.review.rules.listing import YES, ListShape, OfferedQuestion

_CONSENT_KIND = "consent"
_ANSWER, _CONSENT, _TAG, _NOTE = "answer", "consent", "tag", "note"


class Given(NamedTuple):
    """What somebody answered to one question."""

    values: Sequence[str]
    #: the version that it was answered under
    questionnaire_id: int
    #: the values are sealed, or for nobody on a list
    is_kept: bool = False


@dataclass
class More:
    """What the columns of one line show beside the registration."""

    #: to the questions that are columns, by key
    given: dict[str, Given] = field(default_factory=dict)
    tag_ids: list[int] = field(default_factory=list)
    notes: int = 0


def more_of(found: Sequence[Any], columns: Sequence[str], shape: ListShape) -> dict[int, More]:
    """Return what these columns show of lines that were selected, by id: one statement at most."""
    more = {row.id: More() for row in found}
    asked = {offered.question.key: offered for name in columns if (offered := shape.question(name)) is not None}
    for row in found:
        _add_identity(more[row.id], row, asked)
    versions = {row.id: row.questionnaire_id for row in found}
    for what, registration_id, key, value, number, _place in _rows(list(more), columns, asked):
        line = more[registration_id]
        if what == _ANSWER:
            _add_answer(line, asked[key], value, number or versions[registration_id])
        elif what == _CONSENT:
            line.given[key] = Given([YES] if value else [], number)
        elif what == _TAG:
            line.tag_ids.append(number)
        else:
            line.notes = number
    return more


def _add_identity(line: More, row: Any, asked: Mapping[str, OfferedQuestion]) -> None:
    for key, offered in asked.items():
        values = offered.question.from_columns(row._mapping) if offered.question.column is not None else []
        if values:
            line.given[key] = Given(values, row.questionnaire_id)


def _add_answer(line: More, offered: OfferedQuestion, value: str | None, version_id: int) -> None:
    key, is_kept = offered.question.key, value is None or offered.is_sensitive
    before = line.given.get(key)
    values = [] if is_kept else [*(before.values if before else ()), value or ""]
    line.given[key] = Given(values, version_id, is_kept)


def _rows(ids: Sequence[int], columns: Sequence[str], asked: Mapping[str, OfferedQuestion]) -> list[Any]:
    """Return rows of (what, registration, key, value, number, place), the values of one answer in their order."""
    parts = list(_parts(ids, columns, asked)) if ids else []
    if not parts:
        return []
    return sorted(db.session.execute(union_all(*parts)), key=lambda row: (row[0], row[5]))


def _parts(ids: Sequence[int], columns: Sequence[str], asked: Mapping[str, OfferedQuestion]) -> Iterator[Select[Any]]:
    beside = [offered.question for offered in asked.values() if offered.question.column is None]
    purposes = [question.key for question in beside if question.kind == _CONSENT_KIND]
    keys = [question.key for question in beside if question.kind != _CONSENT_KIND]
    if keys:
        yield _part(
            _ANSWER, Answer.registration_id, Answer.question_key, Answer.value, Answer.questionnaire_id, Answer.position
        ).where(Answer.registration_id.in_(ids), Answer.question_key.in_(keys))
    if purposes:
        is_given = case((Consent.is_given, YES), else_="")
        yield _part(
            _CONSENT, Consent.registration_id, Consent.purpose, is_given, Consent.questionnaire_id, Consent.id
        ).where(Consent.registration_id.in_(ids), Consent.purpose.in_(purposes))
    if Column.TAGS.value in columns:
        yield _part(_TAG, Tagging.registration_id, literal(""), null(), Tagging.tag_id, Tagging.id).where(
            Tagging.registration_id.in_(ids)
        )
    if Column.NOTES.value in columns:
        yield (
            _part(_NOTE, Note.registration_id, literal(""), null(), func.count(), literal(0))
            .where(Note.registration_id.in_(ids))
            .group_by(Note.registration_id)
        )


def _part(what: str, registration_id: Any, key: Any, value: Any, number: Any, place: Any) -> Select[Any]:
    whole = (cast(number, Integer), cast(place, Integer))
    return select(cast(literal(what), String), registration_id, cast(key, String), cast(value, Text), *whole)
