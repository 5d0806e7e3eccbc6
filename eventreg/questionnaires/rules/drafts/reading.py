"""Reading a draft for show: whatever of it can be made out, unfinished as it may be. Nothing here refuses.

Publishing reads strictly (`rules.parsing`); what is shown to organizers while they write must never fail.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from eventreg.kernel.text import LocalizedText
from eventreg.kernel.typed import is_blank
from eventreg.questionnaires.rules.conditions import Condition, ConditionInvalid, read_condition
from eventreg.questionnaires.rules.schema import IDENTITY_COLUMNS, Definition, Option, Question, Section, Stage

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")

Document = Mapping[str, Any]


def read_draft(document: Any) -> Definition:
    """Return a definition of what can be made out in the document of a draft; the rest is left out or empty."""
    return Definition(
        sections=tuple(_section(entry) for entry in entries(document, "sections")),
        is_stepwise=_part(document, "is_stepwise") is True,
        has_summary=_part(document, "has_summary") is True,
    )


def read_question(entry: Any) -> Question:
    """Return one question as far as it can be made out."""
    return Question(
        key=_line(entry, "key"),
        kind=_line(entry, "kind"),
        label=texts(entry, "label"),
        help=texts(entry, "help"),
        purpose=texts(entry, "purpose"),
        is_required=_part(entry, "is_required") is True,
        required_for=_keys(entry, "required_for"),
        condition=condition_of(entry),
        frozen_after=_date(_part(entry, "frozen_after")),
        is_sensitive=_part(entry, "is_sensitive") is True,
        retention_days=_number(_part(entry, "retention_days")),
        categories=_keys(entry, "categories"),
        options=tuple(_option(option) for option in entries(entry, "options", "value")),
        column=_line(entry, "column") if _line(entry, "column") in IDENTITY_COLUMNS else None,
        settings=dict(_mapping(_part(entry, "settings"))),
    )


def condition_of(entry: Any) -> Condition | None:
    """Return the condition of a question as data; None where there is none, or none that can be read."""
    data = _part(entry, "condition")
    if data is None:
        return None
    try:
        return read_condition(data)
    except ConditionInvalid:
        return None


def entries(parent: Any, name: str, key: str = "key") -> list[dict[str, Any]]:
    """Return the entries of a list in a document that have a usable key: sections, questions, options (`value`)."""
    found = _part(parent, name)
    if not isinstance(found, list | tuple):
        return []
    return [entry for entry in found if isinstance(entry, dict) and _KEY.fullmatch(_line(entry, key))]


def questions_in(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the entries of all questions of a document, in order."""
    for section in entries(document, "sections"):
        yield from entries(section, "questions")


def find_question(document: Any, key: str) -> dict[str, Any] | None:
    """Return the entry of a question; None where there is none (any more)."""
    return next((entry for entry in questions_in(document) if entry["key"] == key), None)


def find_section(document: Any, key: str) -> dict[str, Any] | None:
    """Return the entry of a section; None where there is none (any more)."""
    return next((entry for entry in entries(document, "sections") if entry["key"] == key), None)


def texts(entry: Any, name: str) -> LocalizedText:
    """Return a text of an entry by language, without what is no text."""
    found = _mapping(_part(entry, name))
    return {str(language): text for language, text in found.items() if isinstance(text, str) and not is_blank(text)}


def fingerprint(entry: Any) -> str:
    """Return a mark of an entry as it stands: whoever saves says which one was seen. A section's leaves out its questions."""
    seen = {name: value for name, value in _mapping(entry).items() if name != "questions"}
    written = json.dumps(seen, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:20]


def _section(entry: Document) -> Section:
    try:
        stage = Stage(_part(entry, "stage"))
    except ValueError:
        stage = Stage.REGISTRATION
    return Section(
        key=_line(entry, "key"),
        title=texts(entry, "title"),
        intro=texts(entry, "intro"),
        questions=tuple(read_question(question) for question in entries(entry, "questions")),
        stage=stage,
        answer_by=_date(_part(entry, "answer_by")),
    )


def _option(entry: Document) -> Option:
    return Option(_line(entry, "value"), texts(entry, "label"), texts(entry, "hint"), _number(_part(entry, "places")))


def _keys(entry: Any, name: str) -> frozenset[str]:
    found = _part(entry, name)
    return frozenset(key for key in found if isinstance(key, str)) if isinstance(found, list | tuple) else frozenset()


def _line(entry: Any, name: str) -> str:
    found = _part(entry, name)
    return found if isinstance(found, str) else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _part(entry: Any, name: str) -> Any:
    return entry.get(name) if isinstance(entry, Mapping) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
