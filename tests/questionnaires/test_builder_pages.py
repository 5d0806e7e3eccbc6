"""Building what an event asks, on the pages of the desk, as somebody without JavaScript does."""

from __future__ import annotations

from typing import Any

import pytest

from eventreg.db import transaction
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole
from eventreg.kernel.clock import now
from eventreg.questionnaires.models import QuestionnaireDraft
from eventreg.questionnaires.queries import draft_document, find_newest_version
from eventreg.questionnaires.rules.drafts.reading import fingerprint, questions_in
from tests.access.hostile import LIVE, TEXTS
from tests.builders import a_team_member
from tests.support.html import elements
from tests.support.pages import Page, Pages


@pytest.fixture
def desk(event: Event, pages: Pages) -> Pages:
    return pages.sign_in(a_team_member(event))


def _list(event: Event) -> str:
    return f"/manage/events/{event.slug}/questions"


def _with_draft(event: Event, document: Any) -> None:
    with transaction() as session:
        session.add(QuestionnaireDraft(event_id=event.id, definition=document, changed_at=now()))


def _question(event: Event, key: str) -> dict[str, Any]:
    return next(entry for entry in questions_in(draft_document(event.id)) if entry["key"] == key)


def _send(desk: Pages, page: Page, button: str, entries: dict[str, Any], status: int | None = None) -> Page:
    return page.submit(button, entries, status)


def test_from_nothing_to_a_bilingual_form_with_a_condition(desk: Pages, event: Event) -> None:
    _with_draft(event, {"sections": []})
    page = desk.get(_list(event)).click("Add the first question").click("Yes or no")
    page = page.submit("Save and add another", {"label-es": "¿Viaja?", "label-en": "Do you travel?"}, 303).follow()
    assert page.has("Saved: Do you travel?")
    page = page.click("Single choice")
    page = page.submit(
        "Save question",
        {
            "label-es": "Transporte",
            "label-en": "Transport",
            "pasted": "Autobús | Bus\nAvión | Plane",
            "condition-0-pick": "is:viaja:yes",
        },
        303,
    ).follow()
    assert page.has("Only if “Do you travel?” is “Yes”")
    assert _question(event, "transporte") == {
        "key": "transporte",
        "kind": "choice",
        "label": {"es": "Transporte", "en": "Transport"},
        "condition": {"question": "viaja", "is": ["yes"]},
        "options": [
            {"value": "autobus", "label": {"es": "Autobús", "en": "Bus"}},
            {"value": "avion", "label": {"es": "Avión", "en": "Plane"}},
        ],
    }
    assert not page.has("Not translated")


def test_saving_without_a_change_changes_nothing(desk: Pages, event: Event) -> None:
    before = draft_document(event.id)
    for entry in list(questions_in(before)):
        page = desk.get(f"{_list(event)}/edit/{entry['key']}")
        page.submit("Save question", {}, 303)
    assert draft_document(event.id) == before
    assert desk.get(_list(event)).has("Published as it stands here")


def test_changes_that_are_not_published_are_counted(desk: Pages, event: Event) -> None:
    page = desk.get(_list(event)).click("Sex")
    page = page.submit("Save question", {"label-en": ""}, 303).follow()
    assert page.has("1 change not published")
    assert page.has("Not translated: English")


def test_two_people_at_one_question_and_nothing_is_overwritten(desk: Pages, event: Event) -> None:
    mine = desk.get(f"{_list(event)}/edit/phone")
    desk.get(f"{_list(event)}/edit/phone").submit("Save question", {"label-en": "Mobile"}, 303)
    page = mine.submit("Save question", {"label-en": "Cell phone"}, 409)
    assert page.has("Somebody else changed this meanwhile")
    assert page.has("Teléfono | Mobile")
    assert _question(event, "phone")["label"]["en"] == "Mobile"
    page.submit("Save question", {}, 303)
    assert _question(event, "phone")["label"]["en"] == "Cell phone"


def test_what_others_depend_on_stays_and_they_are_named(desk: Pages, event: Event) -> None:
    page = desk.get(f"{_list(event)}/edit/diet")
    page.submit("Save question", {"condition-0-pick": "is:sex:woman"}, 303)
    desk_list = desk.get(_list(event))
    address = f"{_list(event)}/edit/sex/arrange"
    page = desk.post(address, {"do": "retire"}, 409, token=True)
    assert page.has("“Sex” stays: “Diet” is asked depending on its answer.")
    assert desk_list.has("Diet")
    assert _question(event, "sex")


def test_richer_conditions_are_shown_and_kept(desk: Pages, event: Event) -> None:
    document = draft_document(event.id)
    rich = {"all": [{"any": [{"question": "sex", "is": ["man"]}, {"question": "phone", "answered": True}]},
                    {"not": {"question": "country", "is": ["MX"]}}]}  # fmt: skip
    next(entry for entry in questions_in(document) if entry["key"] == "diet")["condition"] = rich
    _with_draft(event, document)
    page = desk.get(f"{_list(event)}/edit/diet")
    assert page.has("stays as it is")
    page.submit("Save question", {"label-en": "Food"}, 303)
    assert _question(event, "diet")["condition"] == rich
    page = desk.get(f"{_list(event)}/edit/diet")
    page.submit("Save question", {"drop_condition": True}, 303)
    assert "condition" not in _question(event, "diet")


def test_copy_move_to_another_section_and_retire(desk: Pages, event: Event) -> None:
    address = f"{_list(event)}/edit/diet/arrange"
    page = desk.post(address, {"do": "copy"}, 303, token=True).follow()
    assert page.heading == "Diet"
    assert _question(event, "dieta")["purpose"] == _question(event, "diet")["purpose"]
    desk.post(address, {"do": "place", "section": "you"}, 303, token=True)
    assert "diet" in [entry["key"] for entry in draft_document(event.id)["sections"][0]["questions"]]
    desk.post(address, {"do": "retire"}, 303, token=True)
    assert "diet" not in [entry["key"] for entry in questions_in(draft_document(event.id))]


def test_section_is_added_edited_and_removed(desk: Pages, event: Event) -> None:
    page = desk.get(_list(event)).click("Add a section")
    page.submit(
        "Save section",
        {"title-es": "Viaje", "title-en": "Travel", "stage": "follow_up", "answer_by": "2027-03-01"},
        303,
    )
    stored = draft_document(event.id)["sections"][-1]
    assert (stored["key"], stored["stage"], stored["answer_by"]) == ("viaje", "follow_up", "2027-03-01")
    page = desk.get(f"{_list(event)}/sections/viaje").submit("Save section", {"title-es": ""}, 422)
    assert page.errors()
    desk.post(f"{_list(event)}/sections/viaje/arrange", {"do": "remove"}, 303, token=True)
    assert [section["key"] for section in draft_document(event.id)["sections"]] == ["you", "stay", "consents"]
    page = desk.post(f"{_list(event)}/sections/stay/arrange", {"do": "remove"}, 409, token=True)
    assert page.has("Only an empty section is removed")


def test_a_day_out_of_sight_hinders_nobody(desk: Pages, event: Event) -> None:
    page = desk.get(f"{_list(event)}/sections/new")
    assert any(
        list(elements(under, "input", id="answer_by")) for under in page.all("div", class_="govuk-radios__conditional")
    )
    sent = {"title-es": "Viaje", "title-en": "Travel", "answer_by": "soon"}
    for day in ("soon", "9999-12-31", "0001-01-01"):
        page.submit("Save section", {**sent, "answer_by": day, "stage": "follow_up"}, 422)
    page.submit("Save section", {**sent, "stage": "registration"}, 303)
    assert "answer_by" not in draft_document(event.id)["sections"][-1]


def test_wrong_entries_stay_beside_what_is_said_of_them(desk: Pages, event: Event) -> None:
    page = desk.get(f"{_list(event)}/edit/sex")
    page = page.submit(
        "Save question",
        {"label-es": "", "retention_days": "many", "frozen_after": "soon", "option-0-places": "few"},
        422,
    )
    assert len(page.errors()) == 4
    assert "many" in page.html


@pytest.mark.parametrize(
    "document",
    [
        {"sections": "no"},
        {"sections": [{"key": "you", "questions": [{"key": "odd", "kind": "spell", "label": {"es": "<b>"}}]}]},
        {"sections": [{"key": "you", "title": {"es": 3}, "questions": [{"key": "c", "kind": "choice", "options": [{"value": "x"}],
         "condition": {"never": 1}, "settings": {"style": 4}, "purpose": "why", "help": None}]}]},
    ],
)  # fmt: skip
def test_a_faulty_draft_breaks_no_page(desk: Pages, event: Event, document: Any) -> None:  # case 63
    _with_draft(event, document)
    assert "<b>" not in desk.get(_list(event)).html
    for entry in questions_in(document):
        address = f"{_list(event)}/edit/{entry['key']}"
        desk.get(address, None)
        sent = desk.post(address, {"label-es": "Algo", "section": "you", "seen": fingerprint(entry)}, token=True)
        assert sent.status in (303, 404, 409, 422)
    desk.get(f"{_list(event)}/new?kind=choice&section=you")


def test_buttons_beside_the_rows_save_nothing(desk: Pages, event: Event) -> None:
    page = desk.get(f"{_list(event)}/edit/topics")
    page = page.submit("Add more answers", {}, 200)
    page = page.submit("Add these lines as answers", {"pasted": "Uno | One\nDos | Two"}, 200)
    assert 'value="Two"' in page.html
    assert draft_document(event.id) == draft_document(event.id)
    page.submit("Save question", {}, 303)
    labels = [option["label"]["en"] for option in _question(event, "topics")["options"]]
    assert labels == ["Law", "Data", "One", "Two"]


def _values(event: Event, key: str) -> list[tuple[str, str]]:
    return [(option["value"], option["label"]["en"]) for option in _question(event, key)["options"]]


def test_an_answer_that_is_moved_takes_its_value_along(desk: Pages, event: Event) -> None:
    """Else the answers that were given would say something else afterwards (case 24)."""
    options = [{"value": name, "label": {"es": name, "en": name.title()}} for name in ("bus", "plane", "train")]
    label = {"es": "Transporte", "en": "Transport"}
    question = {"key": "transport", "kind": "choice", "label": label, "options": options}
    _with_draft(event, {"sections": [{"key": "s", "title": {"es": "S", "en": "S"}, "questions": [question]}]})
    page = desk.get(f"{_list(event)}/edit/transport")
    page = page.submit("Move down: 1", {}, 200).submit("Move up: 3", {}, 200)
    page.submit("Save question", {}, 303)
    assert _values(event, "transport") == [("plane", "Plane"), ("train", "Train"), ("bus", "Bus")]


def test_pasted_answers_stand_behind_those_that_were_written(desk: Pages, event: Event) -> None:
    _with_draft(event, {"sections": []})
    page = desk.get(f"{_list(event)}/new?kind=choice")
    written = {"label-es": "Transporte", "option-0-label-en": "Bus", "option-2-label-en": "Plane"}
    page = page.submit("Add these lines as answers", written | {"pasted": "Tren | Train\nBarco | Boat"}, 200)
    page.submit("Save question", {}, 303)
    assert [label for _value, label in _values(event, "transporte")] == ["Bus", "Plane", "Train", "Boat"]


def test_yes_and_no_are_worded_and_stay_yes_and_no(desk: Pages, event: Event) -> None:
    _with_draft(event, {"sections": []})
    page = desk.get(f"{_list(event)}/new?kind=yes_no")
    written = {"label-es": "¿Viaja?", "option-0-label-es": "Sí, viajo", "option-0-label-en": "Yes, I do"}
    page = page.submit("Save question", written, 422)
    assert page.has("Write this answer too, or leave all empty")
    page = page.submit("Move up: 2", {"option-1-label-es": "No viajo", "option-1-label-en": "No, I do not"}, 200)
    page.submit("Save question", {}, 303)
    assert _values(event, "viaja") == [("no", "No, I do not"), ("yes", "Yes, I do")]
    page = desk.get(f"{_list(event)}/edit/viaja")
    nothing = {f"option-{number}-label-{language}": "" for number in (0, 1) for language in ("es", "en")}
    page.submit("Save question", nothing, 303)
    assert "options" not in _question(event, "viaja")


def test_browsers_fill_in_what_identifies_a_person(desk: Pages, event: Event) -> None:
    _with_draft(event, {"sections": []})
    page = desk.get(f"{_list(event)}/new?kind=short_text")
    page.submit("Save question", {"label-es": "Nombre", "column": "given_name"}, 303)
    assert _question(event, "nombre")["settings"] == {"autocomplete": "given-name"}
    page = desk.get(f"{_list(event)}/edit/nombre")
    page.submit("Save question", {"column": ""}, 303)
    assert "settings" not in _question(event, "nombre")


def test_the_size_of_a_file_is_written_in_megabytes(desk: Pages, event: Event) -> None:
    _with_draft(event, {"sections": []})
    page = desk.get(f"{_list(event)}/new?kind=file")
    page = page.submit("Save question", {"label-es": "Carta", "setting-max_bytes": "400"}, 422)
    assert page.has("Write a number from 0.001 to 40")
    page.submit("Save question", {"setting-max_bytes": "2,5"}, 303)
    assert _question(event, "carta")["settings"]["max_bytes"] == 2_500_000
    assert desk.get(f"{_list(event)}/edit/carta").root.find(".//input[@name='setting-max_bytes']").get("value") == "2.5"


def test_what_was_typed_of_a_question_removed_meanwhile_is_not_lost(desk: Pages, event: Event) -> None:
    mine = desk.get(f"{_list(event)}/edit/sex")
    desk.post(f"{_list(event)}/edit/sex/arrange", {"do": "retire"}, 303, token=True)
    page = mine.submit("Save question", {"label-en": "Gender", "option-1-label-en": "Gentleman"}, 409)
    assert page.has("Somebody else removed this question meanwhile")
    page.submit("Save question", {}, 303)
    anew = next(entry for entry in questions_in(draft_document(event.id)) if entry["label"].get("en") == "Gender")
    assert [option["label"]["en"] for option in anew["options"]] == ["Woman", "Gentleman"]


def test_what_was_typed_of_a_section_removed_meanwhile_is_not_lost(desk: Pages, event: Event) -> None:
    desk.get(f"{_list(event)}/sections/new").submit("Save section", {"title-es": "Viaje", "title-en": "Travel"}, 303)
    mine = desk.get(f"{_list(event)}/sections/viaje")
    desk.post(f"{_list(event)}/sections/viaje/arrange", {"do": "remove"}, 303, token=True)
    page = mine.submit("Save section", {"title-en": "Your trip"}, 409)
    assert page.has("Somebody else removed this section meanwhile")
    page.submit("Save section", {}, 303)
    assert draft_document(event.id)["sections"][-1]["title"]["en"] == "Your trip"


def test_settings_conditions_and_places_that_differ_are_shown(desk: Pages, event: Event) -> None:
    mine = desk.get(f"{_list(event)}/edit/topics")
    theirs = {"setting-max_choices": "2", "option-0-places": "20", "condition-0-pick": "is:sex:woman"}
    desk.get(f"{_list(event)}/edit/topics").submit("Save question", theirs, 303)
    page = mine.submit("Save question", {"label-en": "Subjects"}, 409)
    assert page.has("Derecho | Law (20)")
    assert page.has("Only if")
    told = dict(zip(page.texts("dt"), page.texts("dd"), strict=False))
    assert "2" in told.values()


def test_a_question_that_was_never_published_becomes_one_of_another_kind(desk: Pages, event: Event) -> None:
    page = desk.get(f"{_list(event)}/new?kind=choice&section=stay")
    page.submit("Save question", {"label-es": "Comida", "label-en": "Food", "pasted": "Sí | Yes\nNo | No"}, 303)
    overtaken = desk.get(f"{_list(event)}/edit/comida")
    page = desk.get(f"{_list(event)}/edit/comida").click("Choose question type").click("Long text")
    page.submit("Save question", {}, 303)
    stored = _question(event, "comida")
    assert (stored["kind"], stored["label"]["en"], "options" in stored) == ("long_text", "Food", False)
    # who still had the other kind before them is told, and can put theirs in its place
    page = overtaken.submit("Save question", {"label-en": "Meal"}, 409)
    assert page.has("Question type")
    page.submit("Save question", {}, 303)
    assert _question(event, "comida")["kind"] == "choice"


def test_a_published_question_keeps_its_kind(desk: Pages, event: Event) -> None:
    page = desk.get(f"{_list(event)}/edit/phone?kind=")
    assert not page.has("Choose question type")
    page = desk.get(f"{_list(event)}/edit/phone?kind=short_text").submit("Save question", {}, 409)
    assert page.has("its kind stays")
    assert _question(event, "phone")["kind"] == "phone"


def test_the_kinds_say_where_the_question_goes(desk: Pages, event: Event) -> None:
    _with_draft(event, {"sections": [{"key": "s", "title": {"es": "Viaje", "en": "Journey"}, "questions": []}]})
    page = desk.get(_list(event)).click("Add a question: Journey")
    assert page.has("The question goes into the section “Journey”.")
    assert not desk.get(f"{_list(event)}/new?section=nowhere").has("The question goes")


def test_hostile_texts_of_a_question_that_is_gone_stay_inert(desk: Pages, event: Event) -> None:  # case 63
    sent = {"label-es": TEXTS["markup"], "label-en": TEXTS["closing"], "section": TEXTS["double quote"]}
    page = desk.post(f"{_list(event)}/edit/gone", {**sent, "kind": "choice", "option-0-value": "x"}, 409, token=True)
    assert f"<{LIVE}>" not in page.html
    assert not page.all(LIVE)
    desk.post(f"{_list(event)}/edit/gone", {**sent, "kind": TEXTS["sql"]}, 404, token=True)
    desk.get(f"{_list(event)}/edit/phone?kind={TEXTS['markup']}")
    desk.post(f"{_list(event)}/edit/phone", {**sent, "kind": "heading"}, 400)
    assert _question(event, "phone")["kind"] == "phone"


def test_visa_unless_mexican_and_whatever_else_can_be_answered(desk: Pages, event: Event) -> None:
    page = desk.get(f"{_list(event)}/edit/diet")
    page.submit("Save question", {"condition-0-pick": "is:country:MX", "condition-0-not": True}, 303)
    assert _question(event, "diet")["condition"] == {"not": {"question": "country", "is": ["MX"]}}
    assert desk.get(_list(event)).has("Only if “Country” is not “Mexico”")
    page = desk.get(f"{_list(event)}/edit/diet")
    assert page.form("Save question").values()["condition-0-value"] == ["MX"]
    page.submit("Save question", {"condition-0-more": "GT"}, 303)
    assert _question(event, "diet")["condition"] == {"not": {"question": "country", "is": ["MX", "GT"]}}
    second = get_event_whole(event.id).days[1]
    day, held_on = str(second.id), f"{second.held_on:%A} {second.held_on.day} {second.held_on:%B %Y}"
    for picked, condition, words in (
        ("is:category:government", {"question": "category", "is": ["government"]}, "“Category” is “Government”"),
        ("is:way_in:invitation", {"question": "way_in", "is": ["invitation"]}, "“Source” is “by an invitation”"),
        (f"is:days:{day}", {"question": "days", "is": [day]}, f"Only if “Days attended” is “{held_on}”"),
    ):
        page = desk.get(f"{_list(event)}/edit/diet")
        if page.has("Remove this condition"):
            page.submit("Save question", {"condition-0-remove": True}, 303)
            page = desk.get(f"{_list(event)}/edit/diet")
        page.submit("Save question", {"condition-0-pick": picked}, 303)
        assert _question(event, "diet")["condition"] == condition
        listed = desk.get(_list(event))
        assert listed.has(words), listed.text


def test_times_are_bounds_and_nonsense_is_none(desk: Pages, event: Event) -> None:
    document = draft_document(event.id)
    document["sections"][0]["questions"].append({"key": "lands", "kind": "time", "label": {"en": "Landing"}})
    _with_draft(event, document)
    page = desk.get(f"{_list(event)}/edit/diet")
    page = page.submit("Save question", {"condition-0-pick": "at_least:lands:", "condition-0-bound": "late"}, 422)
    assert page.has("a time like 14:30")
    page.submit("Save question", {"condition-0-bound": "14:30"}, 303)
    assert _question(event, "diet")["condition"] == {"question": "lands", "at_least": "14:30"}


def test_what_publishing_refuses_is_marked_where_it_is_written(desk: Pages, event: Event) -> None:
    document = draft_document(event.id)
    next(each for each in questions_in(document) if each["key"] == "diet").update(
        help={"en": "Tell us"}, condition={"question": "gone", "answered": True}
    )
    _with_draft(event, document)
    needs = "Its condition looks at a question that is not there"
    assert desk.get(_list(event)).has(needs)
    page = desk.get(f"{_list(event)}/edit/diet")
    assert page.has("Needed before it can be published:")
    assert page.has(needs)
    assert page.has("Translate into Spanish: help")
    assert page.has("Missing")
    assert not desk.get(f"{_list(event)}/edit/phone").has(needs)


def test_a_form_is_emptied_and_replaced_by_a_set_at_once(desk: Pages, event: Event) -> None:
    before = draft_document(event.id)
    page = desk.get(f"{_list(event)}/start")
    page.submit("In place of everything that stands in the draft: Diet and accessibility", {}, 303)
    assert [each["key"] for each in questions_in(draft_document(event.id))] == ["diet", "accessibility", "needs_detail"]
    page = desk.get(_list(event)).submit("Empty the form", {}, 303).follow()
    assert page.has("Nothing is asked yet")
    assert draft_document(event.id)["sections"] == []
    version = find_newest_version(event.id)
    assert version is not None
    assert version.definition == before
