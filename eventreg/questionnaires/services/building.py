"""Building what an event asks, one act after the other, on its draft."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from eventreg.kernel.naming import key_from
from eventreg.kernel.text import LocalizedText
from eventreg.questionnaires.queries import list_published_keys
from eventreg.questionnaires.rules.drafts import DraftReason, DraftRefused, changes
from eventreg.questionnaires.rules.drafts.reading import entries, questions_in, texts
from eventreg.questionnaires.rules.schema import RESERVED_KEYS
from eventreg.questionnaires.services.drafting import change_draft


def add_section(
    event_id: int, entry: Mapping[str, Any], languages: Sequence[str], account_id: int, at: datetime
) -> str:
    """Put a section at the end; returns its key, made from its title. Raises what `change_draft` raises."""
    made: list[str] = []

    def change(document: dict[str, Any]) -> dict[str, Any]:
        made.append(_section_key(document, entry, languages))
        return changes.add_section(document, {"key": made[0], **entry})

    change_draft(event_id, change, account_id, at)
    return made[0]


def save_section(event_id: int, key: str, seen: str, entry: Mapping[str, Any], account_id: int, at: datetime) -> None:
    """Save what is said of a section, if it is still what was seen. Raises what `change_draft` raises."""
    change_draft(event_id, lambda document: changes.save_section(document, key, seen, dict(entry)), account_id, at)


def move_section(event_id: int, key: str, step: int, account_id: int, at: datetime) -> None:
    """Let a section change places with the one before (-1) or after it (1). Raises what `change_draft` raises."""
    change_draft(event_id, lambda document: changes.move_section(document, key, step), account_id, at)


def remove_section(event_id: int, key: str, account_id: int, at: datetime) -> None:
    """Remove an empty section. Raises what `change_draft` raises."""
    change_draft(event_id, lambda document: changes.remove_section(document, key), account_id, at)


def add_question(
    event_id: int,
    section: str,
    entry: Mapping[str, Any],
    languages: Sequence[str],
    account_id: int,
    at: datetime,
    *,
    first_title: LocalizedText,
) -> str:
    """Put a question at the end of a section; returns its key, made from its label.

    Where there is no section at all, one is made first with the title `first_title`. A key that any published version has is
    not given again: answers hang on it. Raises what `change_draft` raises.
    """
    made: list[str] = []

    def change(document: dict[str, Any]) -> dict[str, Any]:
        target = section
        if not entries(document, "sections"):
            first = {"title": dict(first_title)}
            target = _section_key(document, first, languages)
            document = changes.add_section(document, {"key": target, **first})
        made.append(_question_key(event_id, document, texts(entry, "label"), languages))
        return changes.add_question(document, target, {**copy.deepcopy(dict(entry)), "key": made[0]})

    change_draft(event_id, change, account_id, at)
    return made[0]


def save_question(
    event_id: int, key: str, seen: str, entry: Mapping[str, Any], section: str, account_id: int, at: datetime
) -> None:
    """Save a question, if it is still what was seen, and put it into a section. Raises what `change_draft` raises.

    Its kind changes only as long as no version has it.
    """

    def change(document: dict[str, Any]) -> dict[str, Any]:
        before = next((found for found in questions_in(document) if found["key"] == key), {})
        if before.get("kind") != entry.get("kind") and key in list_published_keys(event_id):
            raise DraftRefused(DraftReason.KIND_FIXED)
        return changes.save_question(document, key, seen, dict(entry), section)

    change_draft(event_id, change, account_id, at)


def move_question(event_id: int, key: str, step: int, account_id: int, at: datetime) -> None:
    """Move a question one place up (-1) or down (1). Raises what `change_draft` raises."""
    change_draft(event_id, lambda document: changes.move_question(document, key, step), account_id, at)


def place_question(event_id: int, key: str, section: str, before: str, account_id: int, at: datetime) -> None:
    """Put a question into a section, before another or at its end. Raises what `change_draft` raises."""
    change_draft(event_id, lambda document: changes.place_question(document, key, section, before), account_id, at)


def copy_question(event_id: int, key: str, languages: Sequence[str], account_id: int, at: datetime) -> str:
    """Put a copy behind a question; returns its key. Raises what `change_draft` raises."""
    made: list[str] = []

    def change(document: dict[str, Any]) -> dict[str, Any]:
        label = next((texts(entry, "label") for entry in questions_in(document) if entry["key"] == key), {})
        made.append(_question_key(event_id, document, label, languages))
        return changes.copy_question(document, key, made[0])

    change_draft(event_id, change, account_id, at)
    return made[0]


def retire_question(event_id: int, key: str, account_id: int, at: datetime) -> None:
    """Take a question out of the draft; answers already given stay. Raises what `change_draft` raises."""
    change_draft(event_id, lambda document: changes.remove_question(document, key), account_id, at)


def _section_key(document: Mapping[str, Any], entry: Mapping[str, Any], languages: Sequence[str]) -> str:
    taken = {section["key"] for section in entries(document, "sections")}
    return key_from(texts(entry, "title"), languages, taken, "section")


def _question_key(event_id: int, document: Mapping[str, Any], label: LocalizedText, languages: Sequence[str]) -> str:
    taken = {question["key"] for question in questions_in(document)} | list_published_keys(event_id) | RESERVED_KEYS
    return key_from(label, languages, taken, "question")
