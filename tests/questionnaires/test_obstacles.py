"""What stands in the way of publishing: all of it at once, each with its place."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from eventreg.questionnaires.checks import list_obstacles
from eventreg.questionnaires.rules.obstacles import Obstacle, ObstacleKind, TextPart
from tests.questionnaires.samples import definition, entry, text

K = ObstacleKind
NAME = entry("given_name", column="given_name", is_required=True, purpose=text("why"))
MAIL = entry("email", "email", column="email", is_required=True, purpose=text("why"))


def _option(value: str, **parts: Any) -> dict[str, Any]:
    return {"value": value, "label": text(value), **parts}


def _found(*questions: dict[str, Any]) -> list[Obstacle]:
    return list_obstacles(definition(NAME, MAIL, *questions), ("es", "en"), {"government"})


def _kinds(*questions: dict[str, Any]) -> list[ObstacleKind]:
    return [obstacle.kind for obstacle in _found(*questions)]


def test_nothing_stands_in_the_way_of_what_is_whole() -> None:
    assert _found(entry("phone", "phone", purpose=text("why"), help=text("how"))) == []


def test_everything_is_found_at_once() -> None:
    found = _found(
        entry("a", label={"es": "Solo español"}),
        entry("b", "choice", purpose={"en": "Only English"}),
        entry("c", purpose=text("why"), condition={"question": "d", "answered": True}),
        entry("d", purpose=text("why"), categories=["press"]),
    )
    assert [(each.question.key if each.question else "", each.kind) for each in found] == [
        ("a", K.UNTRANSLATED),
        ("a", K.NO_PURPOSE),
        ("b", K.UNTRANSLATED),
        ("b", K.NO_OPTIONS),
        ("d", K.UNKNOWN_CATEGORY),
        ("c", K.LATER_CONDITION),
    ]


def test_lack_of_a_text_says_where_and_in_which_language() -> None:
    option = _option("x", label={"es": "Equis"}, hint={"en": "a cross"})
    found = _found(entry("a", "choice", purpose=text("why"), options=[option]))
    assert [(each.part, each.languages) for each in found] == [
        (TextPart.OPTION, ("en",)),
        (TextPart.OPTION_HINT, ("es",)),
    ]
    assert [each.kind for each in _found(entry("a", label={}, purpose=text("why")))] == [K.NO_TEXT]


def test_event_without_name_or_address_reaches_nobody() -> None:
    found = list_obstacles(definition(entry("a", purpose=text("why"))), ("es", "en"), set())
    assert [each.kind for each in found] == [K.NO_ADDRESS, K.NO_NAME]
    assert [each.kind for each in list_obstacles({"sections": []}, ("es",), set())] == [K.NOTHING_ASKED]


def test_address_asked_of_some_does_not_do() -> None:
    mail = {**MAIL, "categories": ["government"]}
    found = list_obstacles(definition(NAME, mail), ("es", "en"), {"government"})
    assert [each.kind for each in found] == [K.NO_ADDRESS]


@pytest.mark.parametrize(("parts", "kind"), [
    ({"kind": "telepathy"}, K.UNKNOWN_KIND),
    ({"condition": {"question": "gone", "answered": True}}, K.BROKEN_CONDITION),
    ({"condition": {"odd": 1}}, K.BROKEN_CONDITION),
    ({"required_for": ["press"]}, K.UNKNOWN_CATEGORY),
    ({"column": "phone", "is_sensitive": True}, K.SENSITIVE_COLUMN),
    ({"kind": "choice", "options": [_option("x", places=2)], "is_sensitive": True}, K.SENSITIVE_PLACES),
    ({"settings": {"colour": "red"}}, K.SETTINGS),
    ({"key": "csrf_token"}, K.RESERVED),
    ({"key": "email"}, K.TWICE),
    ({"kind": "choice", "options": [_option("x"), _option("x")]}, K.TWICE),
    ({"column": "email"}, K.COLUMN_TWICE),
    ({"retention_days": "long"}, K.OTHER),
])  # fmt: skip
def test_each_thing_is_named(parts: dict[str, Any], kind: ObstacleKind) -> None:
    assert kind in _kinds({**entry("a", purpose=text("why")), **parts})


def test_condition_on_an_answer_that_is_no_longer_offered() -> None:
    travels = entry("how", "choice", purpose=text("why"), options=[_option("bus")])
    asks = entry("line", purpose=text("why"), condition={"not": {"any": [{"question": "how", "is": ["bus", "plane"]}]}})
    (found,) = _found(travels, asks)
    assert (found.kind, found.other.key if found.other else "") == (K.LOST_ANSWER, "how")


def test_condition_on_what_is_answered_later() -> None:
    data = definition(NAME, MAIL)
    data["sections"].insert(0, {"key": "trip", "title": text("Trip"), "stage": "follow_up", "questions": [
        entry("flight", purpose=text("why"))]})  # fmt: skip
    data["sections"][1]["questions"].append(
        entry("a", purpose=text("why"), condition={"question": "flight", "answered": True})
    )
    assert [each.kind for each in list_obstacles(data, ("es", "en"), set())] == [K.LATER_CONDITION]


def test_damaged_documents_are_obstacles_and_no_fault() -> None:  # case 63
    whole = definition(NAME, MAIL)
    for path in ("sections", "0", "questions"):
        damaged = copy.deepcopy(whole)
        if path == "sections":
            damaged["sections"] = {"a": 1}  # type: ignore[assignment]
        elif path == "0":
            damaged["sections"].append("x")
        else:
            damaged["sections"][0]["questions"].append(None)
        assert list_obstacles(damaged, ("es", "en"), set())


def test_condition_on_a_category_or_a_day_that_is_there_no_more() -> None:
    where = entry("stays", "days", purpose=text("why"))
    talk = entry("talk", purpose=text("why"), condition={"question": "category", "is": ["government", "speaker"]})
    meal = entry("meal", purpose=text("why"), condition={"question": "stays", "is": ["11"]})
    asked = definition(NAME, MAIL, where, talk, meal)
    found = list_obstacles(asked, ("es", "en"), {"government"}, [12])
    assert [(each.kind, each.detail) for each in found] == [(K.UNKNOWN_CATEGORY, "speaker"), (K.LOST_ANSWER, "")]
    assert list_obstacles(asked, ("es", "en"), {"government", "speaker"}, [11]) == []
