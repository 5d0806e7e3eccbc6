"""A questionnaire in other languages than it was written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from eventreg.kernel.text import LocalizedText

#: what of a section, a question and an option is text by language
_TEXTS = frozenset({"title", "intro", "label", "help", "purpose", "hint"})


def fitted(definition: Mapping[str, Any], fit: Callable[[LocalizedText], dict[str, str]]) -> dict[str, Any]:
    """Return a definition (checked before) with each of its texts as `fit` gives it; one that comes out empty goes."""
    return {
        "sections": [
            {**_each(section, fit), "questions": [_question(question, fit) for question in section["questions"]]}
            for section in definition["sections"]
        ]
    }


def _question(question: Mapping[str, Any], fit: Callable[[LocalizedText], dict[str, str]]) -> dict[str, Any]:
    found = _each(question, fit)
    if "options" in question:
        found["options"] = [_each(option, fit) for option in question["options"]]
    return found


def _each(parts: Mapping[str, Any], fit: Callable[[LocalizedText], dict[str, str]]) -> dict[str, Any]:
    found = {name: fit(value) if name in _TEXTS else value for name, value in parts.items()}
    return {name: value for name, value in found.items() if name not in _TEXTS or value}
