"""Conditions as data: read and given back, and what is none. What they decide is held against vectors the browser has too."""

from __future__ import annotations

from typing import Any

import pytest

from eventreg.questionnaires.rules.conditions import (
    BESIDE_QUESTIONS,
    DEEPEST,
    MOST_PARTS,
    ConditionInvalid,
    IsAnswered,
    read_condition,
)
from eventreg.questionnaires.rules.schema import RESERVED_KEYS, Definition
from eventreg.registration.rules.ways_in import WayKind

_IS = {"question": "country", "is": ["MX", "GT"]}


@pytest.mark.parametrize(
    "data",
    [
        _IS,
        {"question": "phone", "answered": True},
        {"question": "phone", "answered": False},
        {"question": "age", "at_least": "18"},
        {"question": "arrival", "at_most": "2027-03-11"},
        {"question": "lands", "at_least": "14:30"},
        {"all": [_IS, {"question": "age", "at_least": "18"}]},
        {"any": [_IS, {"not": {"question": "phone", "answered": True}}]},
    ],
)
def test_a_condition_is_given_back_as_it_was_read(data: dict[str, Any]) -> None:
    assert read_condition(data).as_data() == data


def test_a_question_is_asked_for_as_answered_unless_said_otherwise() -> None:
    assert IsAnswered("phone").holds({"phone": ["+52"]})
    assert not IsAnswered("phone").holds({})


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        "question",
        [("question", "country")],
        {"question": 1, "is": ["MX"]},
        {"question": "country"},
        {"question": "country", "is": ["MX"], "answered": True},
        {"question": "country", "is": "MX"},
        {"question": "country", "is": []},
        {"question": "country", "is": ["MX", 1]},
        {"question": "country", "answered": "yes"},
        {"question": "age", "at_least": 18},
        {"question": "age", "at_least": "much"},
        {"question": "age", "more_than": "18"},
        {"question": "lands", "at_least": "24:00"},
        {"question": "lands", "at_least": "9:05"},
        {"all": []},
        {"any": "MX"},
        {"any": {"question": "country", "answered": True}},
        {"none": [_IS]},
        {"all": [_IS], "any": [_IS]},
    ],
    ids=repr,
)
def test_what_is_no_condition_is_refused(data: Any) -> None:
    with pytest.raises(ConditionInvalid):
        read_condition(data)


@pytest.mark.parametrize("name", ["not", "all", "any"])
def test_a_condition_is_as_deep_as_anybody_reads(name: str) -> None:
    def of_depth(depth: int) -> dict[str, Any]:
        if depth == 1:
            return _IS
        inner = of_depth(depth - 1)
        return {name: inner if name == "not" else [inner]}

    assert DEEPEST == 4
    assert read_condition(of_depth(4)).as_data() == of_depth(4)
    with pytest.raises(ConditionInvalid):
        read_condition(of_depth(5))


def test_a_condition_is_as_long_as_anybody_reads() -> None:
    # The whole counts as a part of its own.
    longest = {"all": [_IS] * 29}
    assert MOST_PARTS == 30
    assert read_condition(longest).as_data() == longest
    with pytest.raises(ConditionInvalid):
        read_condition({"all": [_IS] * 30})


def test_what_stands_beside_questions_is_known_by_names_that_no_question_has() -> None:
    assert Definition.known_beside("speaker", WayKind.LINK) == {"category": ["speaker"], "way_in": ["link"]}
    assert Definition.known_beside("speaker", WayKind.LINK).keys() == BESIDE_QUESTIONS <= RESERVED_KEYS
