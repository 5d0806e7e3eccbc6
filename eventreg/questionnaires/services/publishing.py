"""Publishing what an event asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from eventreg.audit.services import SYSTEM, Actor, record
from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import lock_event
from eventreg.questionnaires.kinds import checked_definition
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.rules.schema import NEEDED_COLUMNS, Definition, DefinitionInvalid


def publish(
    event_id: int, definition: Mapping[str, Any], at: datetime, *, actor: Actor = SYSTEM
) -> QuestionnaireVersion:
    """Freeze `definition` as the next version of what the event asks; from now on its form asks that.

    Answers that were given keep the version they were given under. Raises NotFound, and DefinitionInvalid, which names
    the place: a text missing in one of the event's languages, a category that it has not, whatever does not fit a kind.
    """
    with transaction() as session:
        event = lock_event(event_id)
        checked = checked_definition(definition, event.languages, {category.key for category in event.categories})
        _require_identity(checked)
        last = session.scalar(
            select(func.max(QuestionnaireVersion.version)).where(QuestionnaireVersion.event_id == event_id)
        )
        version = QuestionnaireVersion(
            event_id=event_id,
            version=(last or 0) + 1,
            # A copy of its own, of plain JSON: what the caller holds may change, a published version may not.
            definition=json.loads(json.dumps(definition)),
            published_at=at,
        )
        db.session.add(version)
        db.session.flush()
        record(
            event_id=event_id,
            actor=actor,
            action="questionnaire_published",
            record_kind="questionnaire",
            record_id=version.id,
            at=at,
            detail={"version": version.version},
        )
    return version


def _require_identity(definition: Definition) -> None:
    """Refuse a questionnaire that leaves a registration without a name or a mail address."""
    missing = sorted(NEEDED_COLUMNS - definition.sure_columns())
    if missing:
        raise DefinitionInvalid(f"no required question, asked of everybody, fills the column {missing[0]}")
