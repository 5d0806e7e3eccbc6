"""Conditions as participants and organizers read them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from eventreg.questionnaires.kinds.condition_words import only_if
from eventreg.questionnaires.rules.conditions import read_condition
from tests.questionnaires.samples import CONTEXT, question

QUESTIONS = {
    each.key: each
    for each in (
        question("yes_no", "trip"),
        question("choice", "sex", options=["woman", "man"]),
        question("country", "country"),
        question("short_text", "age"),
    )
}
TRIP = {"question": "trip", "is": ["yes"]}
WOMAN = {"question": "sex", "is": ["woman"]}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (TRIP, "Only if “trip (en)” is “Yes”"),
        ({"not": TRIP}, "Only if “trip (en)” is not “Yes”"),
        ({"question": "sex", "is": ["woman", "man"]}, "Only if “sex (en)” is “woman (en)” or “man (en)”"),
        ({"question": "country", "is": ["GT"]}, "Only if “country (en)” is “Guatemala”"),
        ({"question": "age", "answered": True}, "Only if “age (en)” is answered"),
        ({"not": {"question": "age", "answered": True}}, "Only if “age (en)” is not answered"),
        ({"question": "age", "at_least": "18"}, "Only if “age (en)” is 18 or more"),
        ({"not": {"question": "age", "at_most": "18"}}, "Only if “age (en)” is not 18 or less"),
        ({"question": "age", "at_most": "2027-03-11"}, "Only if “age (en)” is 11 March 2027 or earlier"),
        ({"all": [TRIP, WOMAN]}, "Only if “trip (en)” is “Yes” and “sex (en)” is “woman (en)”"),
        (
            {"any": [TRIP, {"all": [TRIP, WOMAN]}]},
            "Only if “trip (en)” is “Yes” or (“trip (en)” is “Yes” and “sex (en)” is “woman (en)”)",
        ),
        (
            {"not": {"any": [TRIP, WOMAN]}},
            "Only if it is not so that (“trip (en)” is “Yes” or “sex (en)” is “woman (en)”)",
        ),
        ({"question": "gone", "is": ["x"]}, "Only if “gone” is “x”"),
    ],
)
def test_condition_in_words(app: Flask, data: dict[str, Any], words: str) -> None:
    assert only_if(read_condition(data), QUESTIONS, CONTEXT, "en") == words


def test_in_spanish(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert only_if(read_condition(TRIP), QUESTIONS, CONTEXT, "es") == "Solo si «trip (es)» es «Sí»"
