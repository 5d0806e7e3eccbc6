"""A questionnaire whose questions hang on one another, and an event that asks it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from bench.questions import long_questionnaire
from eventreg.events.models import Event
from tests.builders import a_questionnaire, an_event
from tests.questionnaire import DEFINITION


def _text(words: str) -> dict[str, str]:
    return {"es": f"{words} (es)", "en": words}


def _asked(key: str, kind: str, words: str, **parts: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "label": _text(words), **parts}


def is_yes(key: str) -> dict[str, Any]:
    """The condition that a question is answered with yes."""
    return {"question": key, "is": ["yes"]}


def asking(**changes: Mapping[str, Any]) -> dict[str, Any]:
    """The builders' questionnaire with a chain: a visa only for who flies, its number only for who has one; and consents.

    `changes` are put into the questions of these keys.
    """
    data = copy.deepcopy(DEFINITION)
    data["sections"][1]["questions"] += [
        _asked("flies", "yes_no", "Do you fly?"),
        _asked("visa", "yes_no", "Do you have a visa?", condition=is_yes("flies"), is_required=True),
        _asked("visa_number", "short_text", "Number of the visa", condition=is_yes("visa"), is_required=True),
        _asked("ticket", "file", "Ticket", condition=is_yes("flies"), settings={"types": ["pdf"]}),
        _asked("note", "short_text", "Note", condition={"question": "visa_number", "answered": True}),
    ]
    data["sections"][2]["questions"].append(
        _asked("told", "consent", "The airline may be told", condition=is_yes("flies"))
    )
    for section in data["sections"]:
        for question in section["questions"]:
            question.update(changes.get(question["key"], {}))
    return data


def an_asking_event(**changes: Mapping[str, Any]) -> Event:
    """An event that asks this."""
    event = an_event()
    a_questionnaire(event, asking(**changes))
    return event


def in_steps() -> dict[str, Any]:
    """The same in steps, those for who flies in a section of their own, of which nobody else is asked anything."""
    data = asking()
    stay = data["sections"][1]
    flight = [each for each in stay["questions"] if each["key"] in ("visa", "visa_number", "ticket", "note")]
    stay["questions"] = [each for each in stay["questions"] if each not in flight]
    data["sections"].insert(2, {"key": "flight", "title": _text("Your flight"), "questions": flight})
    return data | {"is_stepwise": True}


def long_form() -> dict[str, Any]:
    """The builders' questionnaire with what `bench/questions.py` measures after it."""
    return {"sections": [*copy.deepcopy(DEFINITION)["sections"], *long_questionnaire()["sections"]]}
