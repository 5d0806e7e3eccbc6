"""Options and sessions whose places are taken, as people meet them on pages: case 16 per option, case 27."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from flask import Flask

from eventreg.events.models import Event
from eventreg.kernel import clock as clocks
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.services import registering
from eventreg.registration.services.follow_ups import see_to_follow_ups
from tests.belongings import a_session
from tests.builders import a_questionnaire, a_registration, an_event, register_somebody
from tests.questionnaire import DEFINITION
from tests.registration.filling import SEND, open_form, send
from tests.registration.owning import home, open_answers
from tests.registration.records import count_registrations, fresh
from tests.registration.requesting import a_version, requests_to, travel
from tests.registration.test_option_places import an_event_with_seats, asking, somebody
from tests.support.pages import Page, Pages

pytestmark = pytest.mark.usefixtures("app")

SAVE, ANSWER = "Save my answers", "Send my answers"


def is_shut(page: Page, value: str = "border") -> bool:
    """Say whether an option, a radio or an entry of a list, cannot be chosen."""
    [found] = [each for each in page.all("input", "option") if each.get("value") == value]
    return found.get("disabled") is not None


def as_list(seats: int = 1) -> Event:
    """An event that asks for the visit with a list that opens."""
    data = asking(seats)
    data["sections"][1]["questions"][-1]["settings"] = {"style": "select"}
    event = an_event()
    a_questionnaire(event, data)
    return event


@pytest.mark.parametrize("style", ["radios", "list"])
def test_full_option_says_so_and_cannot_be_chosen(pages: Pages, style: str) -> None:
    event = an_event_with_seats(1) if style == "radios" else as_list()
    page = open_form(pages, event)
    assert (is_shut(page), "1 place left" in page.text) == (False, True)
    somebody(event)
    page = open_form(pages, event)
    assert (is_shut(page), is_shut(page, "museum"), "Full" in page.text) == (True, False, True)


@pytest.mark.parametrize("style", ["radios", "list"])
def test_who_has_it_keeps_it_and_can_come_back_to_it_before_saving(pages: Pages, style: str) -> None:
    event = an_event_with_seats(1) if style == "radios" else as_list()
    person = somebody(event)
    page = open_answers(pages, person)
    assert not is_shut(page)
    page = page.submit(SAVE, {"Given name": "", "Visit": "museum" if style == "list" else "To the museum"}, 422)
    assert not is_shut(page)
    name = page.form(SAVE).values()["visit"]
    assert name == ["museum"]
    entry = "To the border" if style == "radios" else "border"
    page.submit(SAVE, {"Given name": "Eva", "Visit": entry}, 303)
    assert load_answers(fresh(person))["visit"] == ["border"]


def test_what_was_chosen_meanwhile_stays_chosen_and_is_refused_again(pages: Pages) -> None:
    event = an_event_with_seats(1)
    page = open_form(pages, event)
    somebody(event)
    for _ in range(2):
        page = send(page, event, 409, **{"Visit": "To the border", "Given name": "Zoe"})
        assert page.form(SEND).values()["visit"] == ["border"]
        assert page.form(SEND).values()["given_name"] == ["Zoe"]
        assert not is_shut(page)
    assert count_registrations() == 1


def test_follow_up_whose_option_is_full(pages: Pages) -> None:
    event, section = an_event(), travel()
    section["questions"][0]["options"][1]["places"] = 1
    a_version(event, section)
    one, other = a_registration(event, language="en"), a_registration(event, language="en")
    see_to_follow_ups(clocks.now())
    mine = pages.get(f"{home(one)}/requests/{requests_to(one)[0].id}")
    pages.get(f"{home(other)}/requests/{requests_to(other)[0].id}").submit(ANSWER, {"way": "bus"}, 303)
    again = mine.submit(ANSWER, {"way": "bus", "passport": "X1"}, 409)
    assert again.errors() == ["The last place of “By bus” was just taken. Choose another answer to “Way of travel”."]
    assert (again.form(ANSWER).values()["way"], again.form(ANSWER).values()["passport"]) == (["bus"], ["X1"])
    assert requests_to(one)[0].answered_at is None
    assert is_shut(pages.get(f"{home(one)}/requests/{requests_to(one)[0].id}"), "bus")
    again.submit(ANSWER, {"way": "air"}, 303)
    # Who has the place finds it open.
    assert not is_shut(pages.get(f"{home(other)}/requests/{requests_to(other)[0].id}"), "bus")


def test_session_that_fills_between_the_check_and_the_lock(
    app: Flask, monkeypatch: pytest.MonkeyPatch, pages: Pages
) -> None:
    """Case 27: said beside the question, nothing typed is lost."""
    event, data = an_event(), copy.deepcopy(DEFINITION)
    workshops = {"key": "workshops", "kind": "sessions", "label": {"es": "Talleres", "en": "Workshops"}}
    data["sections"][1]["questions"].append(workshops)
    a_questionnaire(event, data)
    session = a_session(event, takes_sign_up=True, places=1)
    page, register = open_form(pages, event), registering.register

    def after_another(event_id: int, submission: Any, occasion: Any) -> Any:
        monkeypatch.setattr(registering, "register", register)
        register_somebody(event, email="otra@instituto.example", workshops=[session.public_id])
        return register(event_id, submission, occasion)

    monkeypatch.setattr(registering, "register", after_another)
    page = send(page, event, 409, **{"Given name": "Zoe", "workshops": [session.public_id]})
    assert len(page.errors()) == 1
    assert 'href="#q-workshops"' in page.html
    held = page.form(SEND).values()
    assert (held["given_name"], held["workshops"]) == (["Zoe"], [session.public_id])
    assert count_registrations() == 1
