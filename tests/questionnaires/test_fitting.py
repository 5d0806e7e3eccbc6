"""A questionnaire at other dates: deadlines move with the event, and what is no date stays."""

from __future__ import annotations

from datetime import timedelta

from eventreg.questionnaires.rules.publishing import fitted, moved

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
