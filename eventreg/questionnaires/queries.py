"""Reads of questionnaires."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from eventreg.db import db
from eventreg.kernel.errors import NotFound
from eventreg.questionnaires.models import QuestionnaireDraft, QuestionnaireVersion
from eventreg.questionnaires.rules.parsing import parse_definition
from eventreg.questionnaires.rules.schema import Definition

#: a process meets few versions: those of the events that are open, and those that old answers were given under
_KEPT = 256
_parsed: dict[int, tuple[dict[str, Any], Definition]] = {}


def get_current_version(event_id: int) -> QuestionnaireVersion:
    """Return what an event asks now: its newest published version. Raises NotFound when nothing was published."""
    found = db.session.scalar(
        select(QuestionnaireVersion)
        .where(QuestionnaireVersion.event_id == event_id)
        .order_by(QuestionnaireVersion.version.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound
    return found


def find_draft(event_id: int) -> QuestionnaireDraft | None:
    """Return what organizers are writing for an event, or None: then nothing differs from what is asked now."""
    return db.session.scalar(select(QuestionnaireDraft).where(QuestionnaireDraft.event_id == event_id))


def draft_document(event_id: int) -> dict[str, Any]:
    """Return what organizers see and change: the draft, else what the event asks now, else nothing in it."""
    draft = find_draft(event_id)
    if draft is not None:
        return draft.definition
    try:
        return get_current_version(event_id).definition
    except NotFound:
        return {"sections": []}


def get_version(version_id: int) -> QuestionnaireVersion:
    """Return a version by its id: the one that answers were given under. Raises NotFound."""
    found = db.session.get(QuestionnaireVersion, version_id)
    if found is None:
        raise NotFound
    return found


def definition_of(version: QuestionnaireVersion) -> Definition:
    """Return a version's definition, parsed once a process.

    A published row never changes; it is compared all the same, since an id means another row in another database.
    """
    kept = _parsed.get(version.id)
    if kept is not None and kept[0] == version.definition:
        return kept[1]
    definition = parse_definition(version.definition)
    if len(_parsed) >= _KEPT:
        _parsed.clear()
    _parsed[version.id] = (version.definition, definition)
    return definition
