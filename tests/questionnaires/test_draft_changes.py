"""Changing the document of a draft: what is moved, kept, refused."""

from __future__ import annotations

from typing import Any

import pytest

from eventreg.kernel.errors import Refused
from eventreg.questionnaires.rules.drafts import changes
from eventreg.questionnaires.rules.drafts.reading import (
    DraftReason,
    How,
    fingerprint,
    list_differences,
    questions_in,
    read_draft,
)
from tests.questionnaires.samples import entry, text


def _document() -> dict[str, Any]:
    """Two sections: name, travels, seat (if travels); remarks, and one of organizers' own at the end."""
    options = [{"value": "yes", "label": text("yes")}, {"value": "no", "label": text("no")}]
    return {
        "sections": [
            {
                "key": "you",
                "title": text("You"),
                "questions": [
                    entry("name"),
                    entry("travels", "choice", options=options),
                    entry("seat", condition={"question": "travels", "is": ["yes"]}),
                ],
            },
            {"key": "more", "title": text("More"), "questions": [entry("remarks")]},
        ]
    }


def _order(document: dict[str, Any]) -> list[str]:
    return [question["key"] for question in questions_in(document)]


def _refusal(reason: DraftReason, change: Any, *arguments: Any) -> Refused:
    before = _document()
    with pytest.raises(Refused) as caught:
        change(before, *arguments)
    assert caught.value.reason is reason
    assert before == _document(), "what was given was changed"
    return caught.value


def test_questions_change_places_and_pass_from_section_to_section() -> None:
    up = changes.move_question(_document(), "travels", -1)
    assert _order(up) == ["travels", "name", "seat", "remarks"]
    over = changes.move_question(_document(), "seat", 1)
    assert [len(section["questions"]) for section in over["sections"]] == [2, 2]
    assert _order(over) == ["name", "travels", "seat", "remarks"]
    back = changes.move_question(_document(), "remarks", -1)
    assert [len(section["questions"]) for section in back["sections"]] == [4, 0]
    assert changes.move_question(_document(), "name", -1) == _document()


def test_question_is_placed_before_another_or_at_the_end() -> None:
    assert _order(changes.place_question(_document(), "remarks", "you", "name"))[0] == "remarks"
    assert _order(changes.place_question(_document(), "name", "more"))[-1] == "name"
    assert changes.place_question(_document(), "name", "you", "name") == _document()


def test_what_others_look_at_cannot_go_after_them_or_away() -> None:
    refused = _refusal(DraftReason.WRONG_ORDER, changes.move_question, "seat", -1)
    assert refused.details["question"] == text("travels")
    assert refused.details["others"] == [text("seat")]
    _refusal(DraftReason.WRONG_ORDER, changes.place_question, "travels", "more")
    _refusal(DraftReason.STILL_NEEDED, changes.remove_question, "travels")
    assert _order(changes.remove_question(_document(), "seat")) == ["name", "travels", "remarks"]


def test_an_answer_that_others_look_at_stays() -> None:
    travels = _document()["sections"][0]["questions"][1]
    without_yes = {**travels, "options": travels["options"][1:]}
    refused = _refusal(
        DraftReason.ANSWER_STILL_NEEDED, changes.save_question, "travels", fingerprint(travels), without_yes
    )
    assert refused.details["answer"] == text("yes")
    without_no = {**travels, "options": travels["options"][:1]}
    assert changes.save_question(_document(), "travels", fingerprint(travels), without_no)


def test_section_that_is_answered_later_takes_no_question_from_those_that_look_at_it() -> None:
    document = changes.move_question(_document(), "seat", 1)
    you = document["sections"][0]
    with pytest.raises(Refused) as caught:
        changes.save_section(document, "you", fingerprint(you), {"title": you["title"], "stage": "organizers"})
    assert caught.value.reason is DraftReason.WRONG_ORDER


def test_saving_what_was_changed_meanwhile_is_refused() -> None:
    seen = fingerprint(entry("remarks"))
    first = changes.save_question(_document(), "remarks", seen, entry("remarks", is_required=True))
    # Another question was changed: nothing is lost, and nobody is refused.
    name = changes.save_question(first, "name", fingerprint(entry("name")), entry("name", is_required=True))
    assert [question.is_required for question in read_draft(name).questions()] == [True, False, False, True]
    with pytest.raises(Refused) as caught:
        changes.save_question(name, "remarks", seen, entry("remarks"))
    assert caught.value.reason is DraftReason.CHANGED_MEANWHILE
    _refusal(DraftReason.GONE, changes.save_question, "gone", seen, entry("gone"))


def test_a_question_keeps_its_key_whatever_is_saved() -> None:
    saved = changes.save_question(_document(), "remarks", fingerprint(entry("remarks")), entry("another"), "you")
    assert _order(saved) == ["name", "travels", "seat", "remarks"]


def test_a_copy_stands_behind_and_fills_no_column() -> None:
    document = _document()
    document["sections"][0]["questions"][0]["column"] = "given_name"
    copied = changes.copy_question(document, "name", "name_2")
    assert _order(copied)[:2] == ["name", "name_2"]
    assert [question.column for question in read_draft(copied).questions()][:2] == ["given_name", None]


def test_only_an_empty_section_is_removed() -> None:
    _refusal(DraftReason.NOT_EMPTY, changes.remove_section, "more")
    emptied = changes.remove_question(_document(), "remarks")
    assert [section["key"] for section in changes.remove_section(emptied, "more")["sections"]] == ["you"]


# case 25: both edges
def test_limits_at_both_edges() -> None:
    document: dict[str, Any] = {"sections": []}
    for number in range(changes.MOST_SECTIONS):
        document = changes.add_section(document, {"key": f"s{number}", "title": text("s")})
    with pytest.raises(Refused, match="too_many"):
        changes.add_section(document, {"key": "more", "title": text("s")})
    document["sections"][0]["questions"] = [entry(f"q{number}") for number in range(changes.MOST_QUESTIONS - 1)]
    document = changes.add_question(document, "s1", entry("last"))
    with pytest.raises(Refused, match="too_many"):
        changes.add_question(document, "s1", entry("over"))
    options = [{"value": f"o{number}", "label": text("o")} for number in range(changes.MOST_OPTIONS)]
    assert changes.add_question(_document(), "more", entry("c", "choice", options=options))
    with pytest.raises(Refused, match="too_many"):
        changes.add_question(_document(), "more", entry("c", "choice", options=[*options, *options[:1]]))


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        {"sections": None},
        {"sections": [None, 3, {"key": 4}, {"key": "ok", "questions": "no"}]},
        {"sections": [{"key": "ok", "title": 5, "stage": "never", "answer_by": "soon", "questions": [{"key": "q"}]}]},
        {
            "sections": [
                {
                    "key": "ok",
                    "questions": [
                        {
                            "key": "q", "kind": 7, "label": {"es": 1}, "options": [{"value": "a", "places": "x"}, 4],
                            "condition": {"any": []}, "categories": "all", "settings": [], "frozen_after": 3,
                            "retention_days": -1, "column": "password",
                        }
                    ],
                }
            ]
        },
    ],
)  # fmt: skip
def test_a_faulty_document_is_read_as_far_as_it_goes(broken: Any) -> None:  # case 63
    read_draft(broken)
    list_differences(broken, _document())
    changed = changes.add_section(broken, {"key": "new", "title": text("New")})
    assert read_draft(changed).sections[-1].key == "new"


def test_differences_name_what_was_added_changed_removed_and_moved() -> None:
    before = _document()
    assert list_differences(before, _document()) == []
    after = changes.remove_question(_document(), "seat")
    after = changes.add_question(after, "more", entry("new"))
    after = changes.save_question(after, "name", fingerprint(entry("name")), entry("name", is_required=True))
    after = changes.move_section(after, "more", -1)
    told = {(difference.key, difference.how) for difference in list_differences(before, after)}
    assert told >= {("seat", How.REMOVED), ("new", How.ADDED), ("name", How.CHANGED)}
    assert sum(1 for _key, how in told if how is How.MOVED and _key in ("you", "more")) == 1
    changed = next(each for each in list_differences(before, after) if each.how is How.CHANGED)
    assert changed.parts == {"is_required": (None, True)}


def test_two_questions_never_fill_the_same_part_of_a_registration() -> None:
    document = changes.add_question(_document(), "you", entry("centre", column="institution"))
    with pytest.raises(Refused) as caught:
        changes.add_question(document, "more", entry("office", column="institution"))
    assert caught.value.reason is DraftReason.COLUMN_TAKEN
    assert caught.value.details == {"question": text("centre"), "column": "institution"}
    remarks = entry("remarks")
    with pytest.raises(Refused):
        changes.save_question(document, "remarks", fingerprint(remarks), {**remarks, "column": "institution"})
    # what was at fault before is nobody's hindrance, and a question does not stand in its own way
    twice = _document()
    twice["sections"][1]["questions"] += [entry("one", column="phone"), entry("two", column="phone")]
    seen = fingerprint(entry("two", column="phone"))
    assert changes.save_question(twice, "two", seen, entry("two", column="phone", is_required=True))
