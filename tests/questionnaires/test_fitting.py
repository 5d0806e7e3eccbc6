"""A questionnaire at other dates: deadlines move with the event, and what is no date stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from eventreg.questionnaires.rules.publishing import NO_DAY, fitted, moved, with_days

DEFINITION = {
    "is_stepwise": True,
    "sections": [
        {
            "key": "travel",
            "title": {"en": "Travel"},
            "answer_by": "2027-02-26",
            "questions": [
                {
                    "key": "arrival",
                    "kind": "date",
                    "label": {"en": "Arrival"},
                    "frozen_after": "2027-03-01",
                    "settings": {
                        "least": "2027-03-08",
                        "max_length": 10,
                        "unit": {"en": "days"},
                        "style": "0123456789",
                    },
                }
            ],
        }
    ],
}


def test_dates_move_and_nothing_else() -> None:
    found = moved(DEFINITION, lambda day: day + timedelta(days=364))
    section = found["sections"][0]
    question = section["questions"][0]
    assert section["answer_by"] == "2028-02-25"
    assert question["frozen_after"] == "2028-02-28"
    assert question["settings"] == {**DEFINITION["sections"][0]["questions"][0]["settings"], "least": "2028-03-06"}  # type: ignore[index]
    assert found["is_stepwise"] is True
    assert DEFINITION["sections"][0]["answer_by"] == "2027-02-26"  # type: ignore[index]


def test_texts_in_settings_are_fitted_too() -> None:
    found = fitted(DEFINITION, lambda text: {"es": text["en"].upper()})
    assert found["sections"][0]["questions"][0]["settings"]["unit"] == {"es": "DAYS"}
    assert found["is_stepwise"] is True


def test_draft_with_anything_in_it_is_moved_as_far_as_it_goes() -> None:
    """Case 63."""
    section = {"answer_by": "9999-12-31", "questions": [{"key": "a", "settings": ["2027-01-01"]}]}
    assert moved({"sections": [section]}, lambda day: day + timedelta(days=364)) == {"sections": [section]}


def _with(condition: Any, kind: str = "days") -> dict[str, Any]:
    stays = {"key": "stays", "kind": kind, "label": {}}
    return {"sections": [{"key": "all", "questions": [stays, {"key": "hotel", "condition": condition}]}]}


def _condition(document: Any) -> Any:
    return document["sections"][0]["questions"][1]["condition"]


def test_dates_that_conditions_look_at_move_too() -> None:
    bounds: Any = {
        "any": [{"question": "stays", "at_least": "2027-03-11"}, {"not": {"question": "age", "at_most": "18"}}]
    }
    found = moved(_with(bounds), lambda day: day + timedelta(days=364))
    assert _condition(found) == {
        "any": [{"question": "stays", "at_least": "2028-03-09"}, {"not": {"question": "age", "at_most": "18"}}]
    }
    assert _condition(moved(_with({"question": "stays", "is": ["2027-03-11"]}), lambda day: day)) == {
        "question": "stays",
        "is": ["2027-03-11"],
    }


def test_days_in_conditions_go_by_other_names() -> None:
    condition = {"all": [{"question": "stays", "is": ["11", "99"]}, {"question": "line", "is": ["11"]}]}
    document = _with(condition)
    assert _condition(with_days(document, {"11": "2027-03-11"})) == {
        "all": [{"question": "stays", "is": ["2027-03-11", NO_DAY]}, {"question": "line", "is": ["11"]}]
    }
    assert _condition(document) == condition
    assert _condition(with_days(_with(condition, "short_text"), {"11": "x"})) == condition
    assert _condition(with_days(_with("damaged"), {})) == "damaged"
