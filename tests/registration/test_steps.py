"""A long form in steps with progress, and the answers once more before they are sent: without script."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from eventreg.events.models import Event
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.services.answers import list_of_registration
from tests.builders import a_questionnaire, an_event
from tests.questionnaire import DEFINITION
from tests.registration.asking import in_steps
from tests.registration.filling import PDF, SEND, days_of, open_form, typed
from tests.registration.records import count_registrations, the_registration
from tests.support.pages import Page, Pages

pytestmark = pytest.mark.both_databases

ON, BACK = "Continue", "Back"
ABOUT_YOU = {
    "Given name": "Ana",
    "Family name": "Demo",
    "Institution": "Instituto",
    "Country": "Guatemala",
    "Email address": "ana.demo@instituto.example",
}


def an_event_in_steps(**shape: Any) -> Event:
    event = an_event()
    a_questionnaire(event, copy.deepcopy(DEFINITION) | (shape or {"is_stepwise": True}))
    return event


@pytest.mark.usefixtures("app")
class TestSteps:
    def test_one_section_after_the_other_then_the_answers_then_it_is_sent(self, pages: Pages) -> None:
        event = an_event_in_steps()
        page = open_form(pages, event)
        assert "Step 1 of 4" in page.main
        assert "House of Trials" in page.main  # where the event is stands beside where one is
        page = page.submit(ON, ABOUT_YOU, 200)
        assert "Step 2 of 4" in page.main
        page = page.submit(ON, {"Days attended": days_of(event), "Diet": "sin sal", "Letter": ("carta.pdf", PDF)}, 200)
        page = page.submit(ON, {"I agree to the use of my data": True}, 200)
        assert "Check your answers" in page.main
        for text in ("Ana", "Guatemala", "sin sal", "carta.pdf"):
            assert text in page.main
        assert count_registrations() == 0
        page.submit(SEND, {}, 303)
        registration = the_registration()
        assert load_answers(registration)["diet"] == ["sin sal"]
        assert set(list_of_registration(registration.id)) == {"letter"}

    def test_what_is_wrong_at_hand_holds_the_step_and_what_comes_later_does_not(self, pages: Pages) -> None:
        page = open_form(pages, an_event_in_steps())
        again = page.submit(ON, ABOUT_YOU | {"Email address": "ana@"}, 422)
        assert again.errors() == ["Write a complete mail address, for example name@institution.org"]
        assert "Step 1 of 4" in again.main
        assert again.submit(ON, {"Email address": "ana@instituto.example"}, 200).errors() == []

    def test_back_and_forth_nothing_is_lost(self, pages: Pages) -> None:
        event = an_event_in_steps()
        page = open_form(pages, event).submit(ON, ABOUT_YOU, 200)
        page = page.submit(BACK, {"Diet": "sin sal"}, 200)
        assert "Step 1 of 4" in page.main
        page = page.submit(ON, {"Given name": "Ana María"}, 200)
        values = page.form(ON).values()
        assert (values["given_name"], values["diet"]) == (["Ana María"], ["sin sal"])

    def test_from_the_answers_one_section_is_changed(self, pages: Pages) -> None:
        event = an_event_in_steps()
        page = open_form(pages, event).submit(ON, ABOUT_YOU, 200)
        page = page.submit(ON, {"Days attended": days_of(event)}, 200)
        page = page.submit(ON, {"I agree to the use of my data": True}, 200)
        page = page.submit("Change: Your stay", {}, 200)
        assert "Step 2 of 4" in page.main

    def test_sent_whole_by_somebody_else_the_first_trouble_is_shown(self, pages: Pages) -> None:
        """A form that skips the steps is held to every answer all the same."""
        event = an_event_in_steps()
        page = open_form(pages, event)
        data = {name: values for name, values in page.form(ON).values().items() if name not in ("step_to", "letter")}
        answer = pages.post(f"/events/{event.slug}/register", data | {"given_name": ["Ana"]}, status=422)
        assert "Step 1 of 4" in answer.main
        assert count_registrations() == 0

    def test_a_page_that_does_not_exist_is_the_first(self, pages: Pages) -> None:
        event = an_event_in_steps()
        page = open_form(pages, event)
        values = {name: values for name, values in page.form(ON).values().items() if name != "letter"}
        data = values | {"step": ["99"], "step_to": ["go:77"]}
        assert "Step 1 of 4" in pages.post(f"/events/{event.slug}/register", data, status=200).main

    def test_kept_for_later_it_goes_on(self, pages: Pages) -> None:
        event = an_event_in_steps()
        page = open_form(pages, event).submit(ON, ABOUT_YOU, 200)
        page = page.submit("Save for later", {"Diet": "sin sal"}, 200)
        assert page.form("Send me the link").values()["keep_email"] == ["ana.demo@instituto.example"]


@pytest.mark.usefixtures("app")
class TestSummary:
    def test_a_form_on_one_page_can_show_the_answers_once_more(self, pages: Pages) -> None:
        event = an_event_in_steps(has_summary=True)
        page = open_form(pages, event).submit(ON, typed(event, Diet="sin sal"), 200)
        assert "Nothing is sent yet" in page.main
        assert "sin sal" in page.main
        assert count_registrations() == 0
        page.submit(SEND, {}, 303)
        assert count_registrations() == 1

    def test_without_either_the_form_is_as_it_was(self, pages: Pages) -> None:
        page = open_form(pages, an_event())
        assert "Step 1" not in page.main
        assert SEND in page.form(SEND).buttons()


@pytest.mark.usefixtures("app")
class TestConditions:
    """Case 22 over several pages: the section of who flies is a step for them alone."""

    def at_stay(self, pages: Pages) -> tuple[Event, Page]:
        event = an_event()
        a_questionnaire(event, in_steps())
        return event, open_form(pages, event).submit(ON, ABOUT_YOU, 200)

    def test_a_section_of_which_nothing_is_asked_is_passed_over_both_ways(self, pages: Pages) -> None:
        event, page = self.at_stay(pages)
        page = page.submit(ON, {"Days attended": days_of(event), "Do you fly?": "No"}, 200)
        assert "Step 3 of 4" in page.main  # the numbers leave out what is not asked
        assert "Step 2 of 4" in page.submit(BACK, {}, 200).main
        page = page.submit(ON, {"I agree to the use of my data": True}, 200)
        assert "Change: Your flight" not in page.form(SEND).buttons()
        page.submit(SEND, {}, 303)
        assert load_answers(the_registration()).get("visa", []) == []

    def test_whoever_is_asked_comes_to_it_and_everything_is_sent(self, pages: Pages) -> None:
        event, page = self.at_stay(pages)
        page = page.submit(ON, {"Days attended": days_of(event), "Do you fly?": "Yes", "Diet": "sin sal"}, 200)
        assert "Step 3 of 5" in page.main
        page = page.submit(ON, {}, 422)
        assert len(page.errors()) == 1
        page = page.submit(ON, {"Do you have a visa?": "Yes", "Number of the visa": "A1"}, 200)
        page = page.submit(ON, {"I agree to the use of my data": True}, 200)
        page.submit(SEND, {}, 303)
        answers = load_answers(the_registration())
        assert (answers["visa_number"], answers["diet"]) == (["A1"], ["sin sal"])

    def test_a_change_of_mind_takes_the_step_away_again(self, pages: Pages) -> None:
        event, page = self.at_stay(pages)
        page = page.submit(ON, {"Days attended": days_of(event), "Do you fly?": "Yes"}, 200)
        page = page.submit(BACK, {"Do you have a visa?": "Yes", "Number of the visa": "A1"}, 200)
        page = page.submit(ON, {"Do you fly?": "No"}, 200)
        page = page.submit(ON, {"I agree to the use of my data": True}, 200)
        page.submit(SEND, {}, 303)
        assert load_answers(the_registration()).get("visa_number", []) == []
