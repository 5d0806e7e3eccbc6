"""What publishing a draft changes, and what it does to people already registered. Case 24."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from eventreg.questionnaires.rules.changes import Change, Effect, Figures, Part, changes_between, consequences
from eventreg.questionnaires.rules.drafts.reading import How
from tests.questionnaires.samples import definition, entry, text


def _option(value: str, label: str = "", **parts: Any) -> dict[str, Any]:
    return {"value": value, "label": text(label or value), **parts}


BEFORE = definition(
    entry("name"), entry("sex", "choice", options=[_option("w"), _option("m")]), entry("diet", is_sensitive=True)
)
FIGURES = Figures(
    people={"government": 7, "academia": 5},
    answered={
        "name": {"government": 7, "academia": 5},
        "sex": {"government": 3, "academia": 1},
        "diet": {"government": 2},
    },
    chosen={"sex": {"w": 3, "m": 1}},
)


def _changed(key: str, **parts: Any) -> Change:
    after = copy.deepcopy(BEFORE)
    found = next(each for each in after["sections"][0]["questions"] if each["key"] == key)
    found.update(parts)
    (change,) = changes_between(BEFORE, after).listed
    return change


def _said(change: Change) -> list[tuple[Effect, int]]:
    return [(each.effect, each.people) for each in consequences(change, FIGURES)]


def test_nothing_changes_where_a_text_is_only_written_another_way() -> None:
    after = copy.deepcopy(BEFORE)
    after["sections"][0]["questions"][0] |= {"help": {}, "is_required": False, "categories": []}
    assert not changes_between(BEFORE, after)


def test_new_wording_names_its_language_and_leaves_answers_theirs() -> None:
    change = _changed("name", label={**text("name"), "en": "Name in full"})
    assert [(each.part, each.languages) for each in change.parts] == [(Part.LABEL, ("en",))]
    assert _said(change) == [(Effect.WORDING_KEPT, 12)]


def test_an_option_that_is_gone_is_counted() -> None:
    change = _changed("sex", options=[_option("w"), _option("x")])
    assert {each.part: [o.value for o in each.options] for each in change.parts} == {
        Part.OPTIONS_ADDED: ["x"],
        Part.OPTIONS_REMOVED: ["m"],
    }
    (gone,) = consequences(change, FIGURES)
    assert (gone.effect, gone.people, gone.option.value if gone.option else "") == (Effect.OPTION_GONE, 1, "m")


def test_options_that_nobody_chose_go_without_a_word() -> None:
    change = _changed("sex", options=[_option("w")])
    assert consequences(change, Figures(people=FIGURES.people)) == []


def test_an_option_of_sealed_answers_cannot_be_counted() -> None:
    before = definition(entry("diet", "choice", is_sensitive=True, options=[_option("a"), _option("b")]))
    after = definition(entry("diet", "choice", is_sensitive=True, options=[_option("a")]))
    (change,) = changes_between(before, after).listed
    assert _said(change) == [(Effect.SEALED_OPTION_GONE, 2)]


def test_order_and_words_of_options_are_told_apart() -> None:
    assert [each.part for each in _changed("sex", options=[_option("m"), _option("w")]).parts] == [Part.OPTIONS_ORDER]
    assert [each.part for each in _changed("sex", options=[_option("w", "W"), _option("m")]).parts] == [
        Part.OPTIONS_REWORDED
    ]
    assert [each.part for each in _changed("sex", options=[_option("w", places=3), _option("m")]).parts] == [
        Part.OPTION_PLACES
    ]


def test_question_that_became_required_is_missing_where_it_is_not_answered() -> None:
    assert _said(_changed("sex", is_required=True)) == [(Effect.MISSING, 8)]
    assert _said(_changed("sex", required_for=["academia"])) == [(Effect.MISSING, 4)]


def test_with_a_condition_it_may_be_fewer() -> None:
    change = _changed("sex", is_required=True, condition={"question": "name", "answered": True})
    assert [each.is_at_most for each in consequences(change, FIGURES)] == [True]


def test_asked_of_fewer_leaves_the_answers_of_the_others() -> None:
    assert _said(_changed("sex", categories=["academia"])) == [(Effect.NOT_ASKED_ANY_MORE, 3)]


def test_asked_of_more_is_not_answered_by_them() -> None:
    before = definition(entry("sex", categories=["academia"]))
    (change,) = changes_between(before, definition(entry("sex"))).listed
    figures = Figures(people=FIGURES.people, answered={"sex": {"academia": 5}})
    assert [(each.effect, each.people) for each in consequences(change, figures)] == [(Effect.NOT_ASKED, 7)]


@pytest.mark.parametrize(("key", "value", "effect", "people"), [
    ("name", True, Effect.STAYS_OPEN, 12),
    ("diet", False, Effect.STAYS_SEALED, 2),
])  # fmt: skip
def test_answers_stay_stored_as_they_were(key: str, value: bool, effect: Effect, people: int) -> None:
    assert _said(_changed(key, is_sensitive=value)) == [(effect, people)]


def test_answers_are_kept_as_long_as_was_said() -> None:
    assert _said(_changed("name", retention_days=3)) == [(Effect.RETENTION_KEPT, 12)]


def test_added_question_was_asked_of_nobody() -> None:
    after = copy.deepcopy(BEFORE)
    after["sections"][0]["questions"] += [
        entry("arrival"), entry("unit", is_required=True, categories=["government"]),
    ]  # fmt: skip
    arrival, unit = changes_between(BEFORE, after).listed
    assert (arrival.how, _said(arrival), _said(unit)) == (
        How.ADDED, [(Effect.NOT_ASKED, 12)], [(Effect.MISSING, 7)],
    )  # fmt: skip


def test_removed_question_leaves_its_answers() -> None:
    after = definition(*BEFORE["sections"][0]["questions"][:2])
    (change,) = changes_between(BEFORE, after).listed
    assert (change.how, change.label, _said(change)) == (How.REMOVED, text("diet"), [(Effect.ANSWERS_KEPT, 2)])


def test_moved_question_does_nothing_to_anybody() -> None:
    after = definition(*reversed(BEFORE["sections"][0]["questions"]))
    changes = changes_between(BEFORE, after).listed
    assert {change.how for change in changes} == {How.MOVED}
    assert [_said(change) for change in changes] == [[]] * len(changes)


def test_sections_and_the_form_itself_change_too() -> None:
    after = copy.deepcopy(BEFORE) | {"has_summary": True}
    after["sections"][0] |= {"title": text("Everything"), "stage": "follow_up", "answer_by": "2027-03-01"}
    changes = changes_between(BEFORE, after)
    (section,) = changes.listed
    assert section.is_section
    assert [each.part for each in section.parts] == [Part.TITLE, Part.STAGE, Part.ANSWER_BY]
    assert [each.part for each in changes.form] == [Part.SUMMARY]


def test_only_questions_of_the_form_can_be_asked_again() -> None:
    after = definition(
        entry("name", label=text("Full name")), *BEFORE["sections"][0]["questions"][1:],
        entry("mail", "email", column="email"), entry("heading", "heading"), entry("fresh"),
    )  # fmt: skip
    after["sections"].append({"key": "later", "title": text("Later"), "stage": "follow_up", "questions": [entry("x")]})
    changes = changes_between(BEFORE, after)
    assert [each.key for each in changes.askable(lambda question: question.kind != "heading")] == ["name", "fresh"]


def test_people_reached_by_several_questions_are_counted_once() -> None:
    after = copy.deepcopy(BEFORE)
    after["sections"][0]["questions"] += [entry("a", categories=["academia"]), entry("b", categories=["academia"])]
    questions = [change.after for change in changes_between(BEFORE, after).listed if change.after]
    assert FIGURES.reached(questions) == 5


def test_damaged_documents_do_not_stop_the_comparison() -> None:  # case 63
    for odd in ({}, {"sections": "x"}, {"sections": [None, {"key": "a", "questions": [3, {"key": "q"}]}]}):
        changes_between(odd, BEFORE)
        changes_between(BEFORE, odd)
