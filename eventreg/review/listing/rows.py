"""The lines of the list, with what their columns show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal

from eventreg.events.rules.team import Sight
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayKind
from eventreg.review.listing.given import Given, more_of
from eventreg.review.rules.listing import ListShape

_SHOWN = (
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


def shown(sight: Sight) -> list[ColumnElement[Any]]:
    """Return what is selected of each line; contact data is empty for whoever may not see it."""
    hidden = () if sight.has_contact_data else ("email", "phone")
    return [literal("").label(column.key) if column.key in hidden else column.expression for column in _SHOWN]


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
    #: empty for whoever may not see it
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
    """Return lines of what `shown` selected, with what these columns show: one statement at most, for any number."""
    more = more_of(found, columns, shape)
    lines = []
    for row in found:
        selected: dict[str, Any] = dict(row._mapping)
        beside = more[row.id]
        lines.append(Row(**selected, given=beside.given, tag_ids=beside.tag_ids, notes=beside.notes))
    return lines
