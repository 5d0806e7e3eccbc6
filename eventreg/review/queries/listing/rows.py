"""The lines of the list, with what their columns show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.registration.models import Answer, Consent, Registration
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.review.models import Note, Tagging
from eventreg.review.rules.columns import Column
from eventreg.review.rules.listing import YES, ListShape, OfferedQuestion

SHOWN = (
    Registration.id,
    Registration.reference,
    Registration.revision,
    Registration.given_name,
    Registration.family_name,
    Registration.badge_name,
    Registration.institution,
    Registration.position,
    Registration.country,
    Registration.email,
    Registration.phone,
    Registration.category_id,
    Registration.questionnaire_id,
    Registration.language,
    Registration.status,
    Registration.submitted_at,
    Registration.status_changed_at,
    Registration.came_by,
    Registration.access_code_id,
)


class Given(NamedTuple):
    """What somebody answered to one question."""

    values: Sequence[str]
    #: the version that it was answered under
    questionnaire_id: int
    #: the values are sealed, or for nobody on a list
    is_kept: bool = False


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    id: int
    reference: str
    revision: int
    given_name: str
    family_name: str
    badge_name: str
    institution: str
    position: str
    country: str
    email: str
    phone: str
    category_id: int
    questionnaire_id: int
    language: str
    status: Status
    submitted_at: datetime
    status_changed_at: datetime
    came_by: WayKind | None
    access_code_id: int | None
    #: to the questions that are columns, by key
    given: Mapping[str, Given] = field(default_factory=dict)
    #: ids of tags, where they are a column
    tag_ids: Collection[int] = ()
    #: how many, where they are a column
    notes: int = 0

    @property
    def full_name(self) -> str:
        """The name as typed."""
        return f"{self.given_name} {self.family_name}".strip()


def rows_with_columns(found: Sequence[Any], columns: Sequence[str], shape: ListShape) -> list[Row]:
    """Return lines of what `SHOWN` selected, with what these columns show: at most four statements, for any number."""
    ids = [row.id for row in found]
    asked = {offered.question.key: offered for name in columns if (offered := shape.question(name)) is not None}
    given = _given(found, asked)
    tags = _tags(ids) if Column.TAGS.value in columns else {}
    notes = _notes(ids) if Column.NOTES.value in columns else {}
    lines = []
    for row in found:
        shown: dict[str, Any] = dict(row._mapping)
        more: dict[str, Any] = {
            "given": given.get(row.id, {}),
            "tag_ids": tags.get(row.id, ()),
            "notes": notes.get(row.id, 0),
        }
        lines.append(Row(**shown, **more))
    return lines


def _given(found: Sequence[Any], asked: Mapping[str, OfferedQuestion]) -> dict[int, dict[str, Given]]:
    """Return what people answered by id and key: identity columns, agreements, rows of answers."""
    given: dict[int, dict[str, Given]] = {row.id: {} for row in found}
    in_rows, in_consents = [], []
    for key, offered in asked.items():
        if offered.question.column is not None:
            for row in found:
                values = offered.question.from_columns(row._mapping)
                if values:
                    given[row.id][key] = Given(values, row.questionnaire_id)
        elif offered.question.kind == "consent":
            in_consents.append(key)
        else:
            in_rows.append(key)
    versions = {row.id: row.questionnaire_id for row in found}
    if in_consents and found:
        _add_consents(given, in_consents)
    if in_rows and found:
        _add_answers(given, in_rows, versions, asked)
    return given


def _add_consents(given: dict[int, dict[str, Given]], purposes: Sequence[str]) -> None:
    rows = db.session.execute(
        select(Consent.registration_id, Consent.purpose, Consent.is_given, Consent.questionnaire_id)
        .where(Consent.registration_id.in_(given), Consent.purpose.in_(purposes))
        .order_by(Consent.id)
    )
    for registration_id, purpose, is_given, version_id in rows:
        given[registration_id][purpose] = Given([YES] if is_given else [], version_id)


def _add_answers(
    given: dict[int, dict[str, Given]],
    keys: Sequence[str],
    versions: Mapping[int, int],
    asked: Mapping[str, OfferedQuestion],
) -> None:
    rows = db.session.execute(
        select(Answer.registration_id, Answer.question_key, Answer.value, Answer.questionnaire_id)
        .where(Answer.registration_id.in_(given), Answer.question_key.in_(keys))
        .order_by(Answer.registration_id, Answer.question_key, Answer.position)
    )
    for registration_id, key, value, version_id in rows:
        is_kept = value is None or asked[key].is_sensitive
        before = given[registration_id].get(key)
        values = [] if is_kept else [*(before.values if before else ()), value or ""]
        given[registration_id][key] = Given(values, version_id or versions[registration_id], is_kept)


def _tags(ids: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    rows = db.session.execute(
        select(Tagging.registration_id, Tagging.tag_id).where(Tagging.registration_id.in_(ids)).order_by(Tagging.id)
    )
    for registration_id, tag_id in rows:
        found.setdefault(registration_id, []).append(tag_id)
    return found


def _notes(ids: Sequence[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Note.registration_id, func.count()).where(Note.registration_id.in_(ids)).group_by(Note.registration_id)
    )
    return {row[0]: row[1] for row in rows}
