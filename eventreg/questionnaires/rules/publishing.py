"""Which draft was seen.

The last touch to a draft before it becomes a version.

A questionnaire in other languages than it was written in, and at other dates.
"""

import copy
import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from eventreg.kernel.text import LocalizedText, is_blank
from eventreg.questionnaires.rules.drafts.reading import questions_in

#: what a condition calls a day that the event does not have
NO_DAY = "none"


def seen_mark(revision: int, document: Mapping[str, Any]) -> str:
    """Return what a page keeps of the draft that it shows: whoever publishes or discards says which one was seen.

    The revision alone would not do: the draft that is begun after this one was published counts from one again.
    """
    written = json.dumps(document, sort_keys=True, ensure_ascii=True, default=str)
    return f"{revision}-{hashlib.sha256(written.encode()).hexdigest()[:20]}"


def finished(document: Mapping[str, Any], languages: Collection[str]) -> Mapping[str, Any]:
    """Return a draft without empty texts and without those in languages that the event no longer speaks.

    A document that has not the form of a definition comes back as it is: reading it strictly says what is wrong.
    """

    def keep(text: LocalizedText) -> dict[str, str]:
        return {language: text[language] for language in languages if not is_blank(text.get(language, ""))}

    try:
        return fitted(document, keep)
    except (AttributeError, KeyError, TypeError):
        return document


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
    """Return a definition (checked before) with each of its dates as `move` gives it: deadlines, those in settings and
    those that conditions look at."""
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
    if "condition" in parts:
        found["condition"] = _compared(parts["condition"], lambda _question, value: _moved_date(value, move))
    return found


def with_days(document: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a document whose conditions call days of the event by other names; one without a name is there no more.

    An answer calls a day by its id, which means nothing elsewhere. The document may be unfinished.
    """
    asking = {question["key"] for question in questions_in(document) if question.get("kind") == "days"}

    def named(question: str, value: str) -> str:
        return names.get(value, NO_DAY) if question in asking else value

    found = copy.deepcopy(dict(document))
    for question in questions_in(found) if asking else ():
        if "condition" in question:
            question["condition"] = _compared(question["condition"], named)
    return found


def _compared(condition: Any, change: Callable[[str, str], Any]) -> Any:
    """Return a condition as data with what it compares answers to as `change` gives it, of question and value."""
    if isinstance(condition, list | tuple):
        return [_compared(part, change) for part in condition]
    if not isinstance(condition, Mapping):
        return condition
    if "question" not in condition:
        return {name: _compared(part, change) for name, part in condition.items()}
    return {name: _changed(condition["question"], name, value, change) for name, value in condition.items()}


def _changed(question: str, name: str, value: Any, change: Callable[[str, str], Any]) -> Any:
    if name == "is" and isinstance(value, list | tuple):
        return [change(question, each) for each in value]
    return change(question, value) if name in ("at_least", "at_most") else value


def _moved_date(value: Any, move: Callable[[date], date]) -> Any:
    """Move what is a date; whatever else a setting holds stays."""
    if not isinstance(value, str) or len(value) != len("2027-03-11"):
        return value
    try:
        return move(date.fromisoformat(value)).isoformat()
    except (ValueError, OverflowError):
        return value
