"""What of a condition a form still has to decide."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from eventreg.questionnaires.rules.conditions import Condition, read_condition
from eventreg.questionnaires.rules.schema import Definition, Section, conditions_on_form, settle
from eventreg.registration.rules.ways_in import WayKind
from tests.questionnaires.samples import question

A, B, C = ({"question": key, "is": ["yes"]} for key in "abc")


def left_of(data: dict[str, Any], known: dict[str, list[str]], on_form: str = "a") -> Any:
    left = settle(read_condition(data), set(on_form), known)
    return left if isinstance(left, bool) else left.as_data()


@pytest.mark.parametrize(
    ("data", "known", "left"),
    [
        (A, {}, A),
        (B, {}, False),
        (B, {"b": ["yes"]}, True),
        ({"not": B}, {}, True),
        ({"not": A}, {}, {"not": A}),
        ({"all": [A, B]}, {"b": ["yes"]}, A),
        ({"all": [A, B]}, {}, False),
        ({"any": [A, B]}, {}, A),
        ({"any": [A, B]}, {"b": ["yes"]}, True),
        ({"any": [B, C]}, {}, False),
        ({"all": [B, {"not": C}]}, {"b": ["yes"]}, True),
        ({"all": [A, {"any": [A, B]}]}, {}, {"all": [A, A]}),
        ({"question": "b", "answered": False}, {}, True),
    ],
)
def test_what_is_known_is_put_in(data: dict[str, Any], known: dict[str, list[str]], left: Any) -> None:
    assert left_of(data, known) == left


_CONDITIONS = st.recursive(
    st.sampled_from([A, B, C, {"question": "b", "answered": False}]),
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda some: {"all": some}),
        st.lists(parts, min_size=1, max_size=3).map(lambda some: {"any": some}),
        parts.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
).filter(lambda data: _depth(data) <= 4)
_ANSWERS = st.dictionaries(st.sampled_from("abc"), st.sampled_from([["yes"], ["no"], []]))


def _depth(data: dict[str, Any]) -> int:
    parts = [part for value in data.values() for part in (value if isinstance(value, list) else [value])]
    return 1 + max((_depth(part) for part in parts if isinstance(part, dict)), default=0)


@given(_CONDITIONS, _ANSWERS, st.sets(st.sampled_from("abc")))
def test_settled_or_not_it_decides_the_same(data: dict[str, Any], answers: Any, on_form: set[str]) -> None:
    whole: Condition = read_condition(data)
    left = settle(whole, on_form, {key: values for key, values in answers.items() if key not in on_form})
    decided = left if isinstance(left, bool) else left.holds({k: v for k, v in answers.items() if k in on_form})
    assert decided is whole.holds(answers)


def test_chain_that_cannot_come_up_is_left_out() -> None:
    questions = [
        question("yes_no", "a"),
        question("yes_no", "b", condition=read_condition({"question": "elsewhere", "is": ["yes"]})),
        question("yes_no", "c", condition=read_condition(B)),
        question("yes_no", "d", condition=read_condition({"any": [B, A]})),
    ]
    asked = conditions_on_form(questions, {"a", "b", "c", "d"}, {})
    assert list(asked) == ["a", "d"]
    assert asked["a"] is None
    assert asked["d"] is not None
    assert asked["d"].as_data() == A


def test_category_and_way_in_decide_before_anything_is_asked() -> None:
    for_speakers = question("short_text", "talk", condition=read_condition({"question": "category", "is": ["speaker"]}))
    unless_invited = {"not": {"question": "way_in", "is": ["invitation"]}}
    why = question("short_text", "why", condition=read_condition(unless_invited))
    asked = Definition((Section("all", {}, {}, (for_speakers, why)),))
    assert asked.hidden_keys("speaker", None, {}) == frozenset()
    assert asked.hidden_keys("press", WayKind.INVITATION, {}) == {"talk", "why"}
    known = Definition.known_beside("press", None)
    assert conditions_on_form([for_speakers, why], {"talk", "why"}, known) == {"why": None}
