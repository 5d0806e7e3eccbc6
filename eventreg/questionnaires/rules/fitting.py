"""A questionnaire in other languages than it was written in, and at other dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from eventreg.kernel.text import LocalizedText

#: what of a section, a question and an option is text by language
_TEXTS = frozenset({"title", "intro", "label", "help", "purpose", "hint"})
#: what of a section, a question and its settings is a date
_DATES = frozenset({"answer_by", "frozen_after"})

Fit = Callable[[LocalizedText], dict[str, str]]


def fitted(definition: Mapping[str, Any], fit: Fit) -> dict[str, Any]:
    """Return a definition (checked before) with each of its texts as `fit` gives it; one that comes out empty goes."""
    return {
        **definition,
        "sections": [
            {**_each(section, fit), "questions": [_question(question, fit) for question in section["questions"]]}
            for section in definition["sections"]
        ],
    }


def moved(definition: Mapping[str, Any], move: Callable[[date], date]) -> dict[str, Any]:
    """Return a definition (checked before) with each of its dates as `move` gives it: deadlines, and dates in settings."""
    return {
        **definition,
        "sections": [
            {**_dated(section, move), "questions": [_dated(question, move) for question in section["questions"]]}
            for section in definition["sections"]
        ],
    }


def _question(question: Mapping[str, Any], fit: Fit) -> dict[str, Any]:
    found = _each(question, fit)
    if "options" in question:
        found["options"] = [_each(option, fit) for option in question["options"]]
    if "settings" in question:
        found["settings"] = {
            name: fit(value) if isinstance(value, Mapping) else value for name, value in question["settings"].items()
        }
    return found


def _each(parts: Mapping[str, Any], fit: Fit) -> dict[str, Any]:
    found = {name: fit(value) if name in _TEXTS else value for name, value in parts.items()}
    return {name: value for name, value in found.items() if name not in _TEXTS or value}


def _dated(parts: Mapping[str, Any], move: Callable[[date], date]) -> dict[str, Any]:
    found = {name: _moved_date(value, move) if name in _DATES else value for name, value in parts.items()}
    # A draft may hold anything there.
    if isinstance(parts.get("settings"), Mapping):
        found["settings"] = {name: _moved_date(value, move) for name, value in parts["settings"].items()}
    return found


def _moved_date(value: Any, move: Callable[[date], date]) -> Any:
    """Move what is a date; whatever else a setting holds stays."""
    if not isinstance(value, str) or len(value) != len("2027-03-11"):
        return value
    try:
        return move(date.fromisoformat(value)).isoformat()
    except (ValueError, OverflowError):
        return value
