"""Building what an event asks: the acts that need more than the draft itself. All others are `change_draft` with a rule."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from eventreg.audit.services import Actor
from eventreg.kernel.errors import Refused
from eventreg.kernel.naming import key_from
from eventreg.kernel.text import LocalizedText
from eventreg.questionnaires.queries import list_published_keys
from eventreg.questionnaires.rules.drafts import changes
from eventreg.questionnaires.rules.drafts.reading import entries, find_question, questions_in, texts
from eventreg.questionnaires.rules.drafts.refusals import DraftReason
from eventreg.questionnaires.rules.schema import RESERVED_KEYS
from eventreg.questionnaires.services.drafting import OpenDraft, changing_draft


def add_section(event_id: int, entry: Mapping[str, Any], actor: Actor) -> str:
    """Put a section at the end; returns its key, made from its title. Raises as `change_draft`."""
    with changing_draft(event_id, actor) as draft:
        return _add_section(draft, entry)


def add_question(
    event_id: int, section: str, entry: Mapping[str, Any], actor: Actor, *, first_title: LocalizedText
) -> str:
    """Put a question at the end of a section; returns its key, made from its label.

    Where there is no section at all, one is made first with the title `first_title`. A key that any published version has is
    not given again: answers hang on it. Raises as `change_draft`.
    """
    with changing_draft(event_id, actor) as draft:
        if not entries(draft.document, "sections"):
            section = _add_section(draft, {"title": dict(first_title)})
        key = _question_key(event_id, draft, texts(entry, "label"))
        draft.document = changes.add_question(draft.document, section, {**copy.deepcopy(dict(entry)), "key": key})
        return key


def save_question(event_id: int, key: str, seen: str, entry: Mapping[str, Any], section: str, actor: Actor) -> None:
    """Save a question, if it is still what was seen, and put it into a section. Raises as `change_draft`.

    Its kind changes only as long as no version has it.
    """
    with changing_draft(event_id, actor) as draft:
        before = find_question(draft.document, key) or {}
        if before.get("kind") != entry.get("kind") and key in list_published_keys(event_id):
            raise Refused(DraftReason.KIND_FIXED)
        draft.document = changes.save_question(draft.document, key, seen, dict(entry), section)


def copy_question(event_id: int, key: str, actor: Actor) -> str:
    """Put a copy behind a question; returns its key. Raises as `change_draft`."""
    with changing_draft(event_id, actor) as draft:
        copied = _question_key(event_id, draft, texts(find_question(draft.document, key), "label"))
        draft.document = changes.copy_question(draft.document, key, copied)
        return copied


def _add_section(draft: OpenDraft, entry: Mapping[str, Any]) -> str:
    taken = {section["key"] for section in entries(draft.document, "sections")}
    key = key_from(texts(entry, "title"), draft.languages, taken, "section")
    draft.document = changes.add_section(draft.document, {"key": key, **entry})
    return key


def _question_key(event_id: int, draft: OpenDraft, label: LocalizedText) -> str:
    taken = {question["key"] for question in questions_in(draft.document)}
    return key_from(label, draft.languages, taken | list_published_keys(event_id) | RESERVED_KEYS, "question")
