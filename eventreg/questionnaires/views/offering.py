"""What the forms of questions are made with, and what every page about them shares."""

from __future__ import annotations

from typing import Any

from flask import abort, g
from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.i18n.languages import current_language
from eventreg.questionnaires import kinds
from eventreg.questionnaires.forms.conditions import subjects
from eventreg.questionnaires.forms.writing import Offers
from eventreg.questionnaires.kinds import Context, Kind
from eventreg.questionnaires.queries import draft_document
from eventreg.questionnaires.rules.drafts.reading import find_question, find_section, read_draft, texts
from eventreg.questionnaires.rules.schema import Definition, Stage
from eventreg.web.templating import plain_in_reader_language

_STAGES = tuple(Stage)


def whole_event() -> Event:
    """Return the event of the request with its categories and days."""
    return get_event_whole(g.event.id)


def kept_question(key: str) -> dict[str, Any] | None:
    """Return a question of the draft as it is kept; None where there is none (any more)."""
    return find_question(draft_document(g.event.id), key)


def kept_section(key: str) -> dict[str, Any] | None:
    """Return a section of the draft as it is kept; None where there is none (any more)."""
    return find_section(draft_document(g.event.id), key)


def kind_of(name: str) -> Kind:
    """Return a kind by its name, or answer that there is none."""
    return kinds.get(name) if name in kinds.NAMES else abort(404)


def fitted(stored: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """Return a question as one of another kind: what only its own kind has is left out."""
    if stored.get("kind") == kind.name:
        return stored
    kept = {name: value for name, value in stored.items() if name != "settings"}
    if not kind.has_options:
        kept.pop("options", None)
    if kept.get("column") not in kind.columns:
        kept.pop("column", None)
    return {**kept, "kind": kind.name}


def offers_for(event: Event, key: str = "", section: str = "") -> Offers:
    """Return what a question can be given: one that is there, or a new one at the end of a section."""
    definition = read_draft(draft_document(event.id))
    columns = {question.column for question in definition.questions() if question.column and question.key != key}
    context = Context.of(event)
    return Offers(
        [(each.key, plain_in_reader_language(each.title) or each.key) for each in definition.sections],
        [(category.key, plain_in_reader_language(category.name)) for category in event.categories],
        frozenset(columns),
        subjects(_before(definition, key, section), context, current_language()),
    )


def section_of(event_id: int, key: str) -> str:
    """Return the key of the section in which a question stands."""
    for section in read_draft(draft_document(event_id)).sections:
        if any(question.key == key for question in section.questions):
            return section.key
    return ""


def _before(definition: Definition, key: str, section_key: str) -> list[Any]:
    """Return the questions that stand before one, and are not answered later."""
    found: list[tuple[Stage, Any]] = []
    own = Stage.ORGANIZERS
    for section in definition.sections:
        own = section.stage
        for question in section.questions:
            if question.key == key:
                return _not_later(found, own)
            found.append((section.stage, question))
        if section.key == section_key and not key:
            break
    return _not_later(found, own)


def _not_later(found: list[tuple[Stage, Any]], own: Stage) -> list[Any]:
    return [question for stage, question in found if _STAGES.index(stage) <= _STAGES.index(own)]


def named(text: Any) -> str:
    """Return a label or title for a heading."""
    return plain_in_reader_language(texts({"it": text}, "it")) or _("without a text")
