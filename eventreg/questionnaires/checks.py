"""What this room misses at an event before it is published: questions, in each of the event's languages."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.checks import Missing
from eventreg.events.models import Event
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language, name_of
from eventreg.kernel.errors import NotFound
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.questionnaires.rules.schema import Definition


def list_missing_questions(event_id: int) -> Sequence[Missing]:
    """Return what the questions of an event lack: that there are any, and their labels in each language."""
    try:
        definition = definition_of(get_current_version(event_id))
    except NotFound:
        return [Missing(True, lambda: _("Publish the questions of the registration form"))]
    languages = db.session.scalar(select(Event.languages).where(Event.id == event_id)) or []
    untold = [language for language in languages if _is_unasked_in(definition, language)]
    return [Missing(True, lambda: _untranslated(untold))] if untold else []


def _is_unasked_in(definition: Definition, language: str) -> bool:
    return any(not question.label.get(language, "").strip() for question in definition.questions())


def _untranslated(languages: Sequence[str]) -> str:
    reader = current_language()
    names = formats.joined([name_of(language, reader) for language in languages], reader)
    return _("Translate the questions of the registration form into %(languages)s", languages=names)
