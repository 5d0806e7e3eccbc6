"""What a registration was asked is put together from versions. Case 24; no database."""

from __future__ import annotations

import copy
from typing import Any

from eventreg.questionnaires.rules.parsing import parse_definition
from eventreg.questionnaires.rules.schema import Definition, Stage
from eventreg.registration.rules.asked import AskedQuestions, put_together
from tests.questionnaire import DEFINITION
from tests.registration.requesting import FOR_TEAM, changed, travel

OLD, NEW = 1, 2


def definitions(*more: dict[str, Any]) -> dict[int, Definition]:
    return {OLD: parse_definition(DEFINITION), NEW: parse_definition(changed(*more))}


def labels(asked: AskedQuestions) -> dict[str, str]:
    return {question.key: question.label["en"] for question in asked.definition.questions()}


def test_what_was_answered_once_stays_as_it_was() -> None:
    asked = put_together(OLD, definitions(travel(), FOR_TEAM), given={"sex": OLD, "diet": OLD})
    assert asked.definition == parse_definition(DEFINITION)
    assert set(asked.versions.values()) == {OLD}


def test_question_answered_again_takes_the_place_of_the_old_one() -> None:
    asked = put_together(OLD, definitions(), given={"sex": NEW})
    assert labels(asked)["sex"] == "Gender"
    assert labels(asked)["diet"] == "Diet"
    assert list(labels(asked)) == [question.key for question in parse_definition(DEFINITION).questions()]


def test_question_that_is_still_open_does_not_change_the_words_of_an_answer() -> None:
    asked = put_together(OLD, definitions(travel()), given={"sex": OLD}, still_open={"sex": NEW, "way": NEW})
    assert labels(asked)["sex"] == "Sex"
    assert labels(asked)["way"] == "Way of travel"
    assert asked.only(Stage.FOLLOW_UP).sections[0].key == "travel"


def test_retired_question_keeps_its_place() -> None:
    data = copy.deepcopy(changed())
    data["sections"][1]["questions"] = [q for q in data["sections"][1]["questions"] if q["key"] != "topics"]
    versions = {OLD: parse_definition(DEFINITION), NEW: parse_definition(data)}
    keys = list(labels(put_together(OLD, versions, given={"topics": OLD, "sex": NEW})))
    assert keys.index("sex") < keys.index("topics") < keys.index("travels")


def test_new_question_stands_after_the_one_before_it() -> None:
    data = copy.deepcopy(changed())
    bus = {"key": "bus", "kind": "short_text", "label": {"es": "Bus", "en": "Bus"}}
    data["sections"][1]["questions"].insert(2, bus)
    versions = {OLD: parse_definition(DEFINITION), NEW: parse_definition(data)}
    keys = list(labels(put_together(OLD, versions, given={"bus": NEW})))
    assert keys.index("bus") == keys.index("sex") + 1


def test_what_organizers_fill_in_is_for_them_alone() -> None:
    everything = definitions(FOR_TEAM)
    assert "hotel" not in labels(put_together(OLD, everything, given={"hotel": NEW}, still_open={"risk": NEW}))
    assert {"hotel", "risk"} <= labels(put_together(OLD, everything, given={"hotel": NEW}, team_id=NEW)).keys()


def test_question_that_organizers_took_over_is_shown_to_them_alone() -> None:
    data = changed()
    stay = data["sections"][1]
    diet = next(question for question in stay["questions"] if question["key"] == "diet")
    stay["questions"] = [question for question in stay["questions"] if question["key"] != "diet"]
    data["sections"].append({**copy.deepcopy(FOR_TEAM), "questions": [diet]})
    versions = {OLD: parse_definition(DEFINITION), NEW: parse_definition(data)}
    assert "diet" not in labels(put_together(OLD, versions, given={"diet": NEW}))
    assert "diet" in labels(put_together(OLD, versions, given={"diet": OLD}))
