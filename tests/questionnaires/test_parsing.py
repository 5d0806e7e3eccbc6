"""The strictness of definitions."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from eventreg.questionnaires.kinds import NAMES, checked_definition
from eventreg.questionnaires.rules.parsing import parse_definition
from eventreg.questionnaires.rules.schema import DefinitionInvalid
from tests.questionnaires.samples import definition, entry, text

LANGUAGES = ("es", "en")


def option(value: str) -> dict[str, Any]:
    return {"value": value, "label": text(value)}


def test_whole_question_is_read() -> None:
    data = definition(
        entry(
            "diet",
            "multiple_choice",
            help=text("help"),
            purpose=text("purpose"),
            is_required=True,
            is_sensitive=True,
            retention_days=30,
            categories=["academia"],
            options=[option("halal"), {**option("other"), "hint": text("hint")}],
            settings={"max_choices": 2},
        ),
        entry("given_name", column="given_name"),
    )
    data["sections"][0]["intro"] = text("intro")
    read = checked_definition(data, LANGUAGES, {"academia", "government"})
    diet = read.find("diet")
    assert diet is not None
    assert (diet.is_required, diet.is_sensitive, diet.retention_days) == (True, True, 30)
    assert diet.categories == {"academia"}
    assert [given.value for given in diet.options] == ["halal", "other"]
    assert diet.options[1].hint == text("hint")
    assert diet.settings == {"max_choices": 2}
    assert read.sections[0].intro == text("intro")
    assert [question.key for question in read.questions_for("government")] == ["given_name"]


FAULTS: list[tuple[dict[str, Any], str]] = [
    (entry("a", colour="red"), "question"),
    (entry("a", kind="telepathy"), "telepathy"),
    (entry("A b"), "is no key"),
    (entry("csrf_token"), "needs this name"),
    (entry("a", label={"es": "solo"}), "question a.label"),
    (entry("a", label={"es": "x", "en": " "}), "blank"),
    (entry("a", label={**text("x"), "fr": "x"}), "'fr'"),
    (entry("a", label="x"), "mapping"),
    (entry("a", is_required="yes"), "true or false"),
    (entry("a", retention_days=-1), "number of days"),
    (entry("a", retention_days=True), "number of days"),
    (entry("a", categories=["nobody"]), "nobody"),
    (entry("a", categories="academia"), "list"),
    (entry("a", column="password"), "no column"),
    (entry("a", column="email"), "cannot fill"),
    (entry("a", column="given_name", is_sensitive=True), "not sealed"),
    (entry("a", column="given_name", settings={"max_length": 201}), "max_length"),
    (entry("a", options=[option("x")]), "offers no options"),
    (entry("a", settings={"size": 1}), "knows no setting"),
    (entry("a", settings={"max_length": 0}), "max_length"),
    (entry("a", settings={"autocomplete": "cc-number"}), "autocomplete"),
    (entry("a", "long_text", settings={"max_length": "9"}), "max_length"),
    (entry("a", "choice"), "no options"),
    (entry("a", "multiple_choice", options=[]), "no options"),
    (entry("a", "choice", options=[option("x"), option("x")]), "twice"),
    (entry("a", "choice", options=[{"value": "x", "label": {"es": "x"}}]), "options[0].label"),
    (entry("a", "choice", options=[{**option("x"), "weight": 1}]), "weight"),
    (entry("a", "choice", options=[option("x")], settings={"style": "dance"}), "style"),
    (entry("a", "multiple_choice", options=[option("x")], settings={"max_choices": 2}), "max_choices"),
    (entry("a", "yes_no", options=[option("yes"), option("perhaps")]), "options are"),
    (entry("a", "yes_no", settings={"style": "checkbox"}, is_required=True), "consent"),
    (entry("a", "consent", is_sensitive=True), "proof"),
    (entry("a", "file", settings={"types": ["svg"]}), "types"),
    (entry("a", "file", settings={"types": []}), "types"),
    (entry("a", "file", settings={"max_bytes": 1_000_000_000}), "max_bytes"),
]


@pytest.mark.parametrize(("fault", "place"), FAULTS)
def test_fault_is_refused_by_its_place(fault: dict[str, Any], place: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        checked_definition(definition(fault), LANGUAGES, {"academia"})
    assert place in str(refused.value)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({}, "'sections' is missing"),
        ({"sections": []}, "none"),
        ({"sections": [], "colour": 1}, "colour"),
        ({"sections": [{"key": "a", "title": text("a")}]}, "'questions' is missing"),
        ({"sections": [{"key": "a", "title": {}, "questions": []}]}, "section a.title"),
        (definition(entry("a"), entry("a")), "question a: is there twice"),
        (definition(entry("a", column="given_name"), entry("b", column="given_name")), "column given_name"),
        ({"sections": [*definition()["sections"], *definition()["sections"]]}, "section all"),
        (definition(entry("a"), {"kind": "short_text"}), "section all, questions[1]"),
        ([], "mapping"),
    ],
)
def test_broken_whole_is_refused(data: Any, place: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        checked_definition(data, LANGUAGES)
    assert place in str(refused.value)


def test_published_version_is_read_without_asking_for_languages() -> None:
    data = definition(entry("a", label={"fr": "Nom"}))
    assert parse_definition(data).find("a") is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(part=st.sampled_from([*entry("a"), "help", "options", "settings", "categories", "column"]), junk=JSON)
def test_junk_is_refused_and_never_crashes(part: str, junk: Any) -> None:
    data = copy.deepcopy(definition(entry("a", "choice", options=[option("x")])))
    data["sections"][0]["questions"][0][part] = junk
    try:
        read = checked_definition(data, LANGUAGES)
    except DefinitionInvalid:
        return
    assert all(question.kind in NAMES for question in read.questions())


def _staged(*stages: str) -> dict[str, Any]:
    sections = []
    for number, stage in enumerate(stages):
        asked = entry(f"q{number}", condition={"question": "q0", "answered": True} if number else None)
        sections.append({"key": f"s{number}", "title": text("S"), "stage": stage, "questions": [asked]})
    return {"sections": sections}


def test_condition_looks_at_no_later_stage() -> None:
    """What organizers note must not show in what participants are asked."""
    for stages in (("organizers", "registration"), ("follow_up", "registration"), ("organizers", "follow_up")):
        with pytest.raises(DefinitionInvalid, match=r"question q1\.condition: 'q0' is answered later"):
            parse_definition(_staged(*stages))
    parse_definition(_staged("registration", "follow_up", "organizers"))


def test_sensitive_question_has_no_places() -> None:
    seat = {**option("seat"), "places": 3}
    parse_definition(definition(entry("visit", "choice", options=[seat])))
    with pytest.raises(DefinitionInvalid, match="question visit: who holds a place"):
        parse_definition(definition(entry("visit", "choice", options=[seat], is_sensitive=True)))


def test_columns_that_are_sure() -> None:
    asked = [
        entry("given_name", column="given_name", is_required=True),
        entry("email", "email", column="email", is_required=True, condition={"question": "given_name", "is": ["Ana"]}),
        entry("phone", "phone", column="phone", is_required=True, categories=["press"]),
        entry("country", "country", column="country", required_for=["press"]),
    ]
    assert parse_definition(definition(*asked)).sure_columns() == {"given_name"}


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2201-01-01"])
def test_deadline_at_an_end_of_the_calendar_is_refused(day: str) -> None:
    """Case 63: its end could not be reckoned, by no worker for no event."""
    data = definition(entry("given_name", column="given_name"))
    data["sections"][0] |= {"stage": "follow_up", "answer_by": day}
    with pytest.raises(DefinitionInvalid, match="answer_by"):
        parse_definition(data)
    with pytest.raises(DefinitionInvalid, match="frozen_after"):
        parse_definition(definition(entry("given_name", frozen_after=day)))
