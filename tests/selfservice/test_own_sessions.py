"""Choosing sessions on one's own page, without script; what was chosen is said there."""

from __future__ import annotations

from datetime import time

import pytest

from eventreg.events.models import Event
from eventreg.events.rules.publication import Publication
from tests.belongings import a_session, a_session_place
from tests.builders import a_registration, an_event, text
from tests.registration.owning import home
from tests.support.pages import Pages


def test_sessions_are_chosen_changed_and_given_up(pages: Pages, event: Event) -> None:
    one = a_session(event, takes_sign_up=True, places=2)
    other = a_session(event, 1, title=text("Visita", "Visit"), takes_sign_up=True)
    person = a_registration(event)
    form = pages.get(home(person)).click("Choose my sessions")
    assert form.has("2 places left")
    assert form.has("There is room")
    own = form.submit("Save my sessions", {"Data workshop": True, "Visit": True}, 303).follow()
    assert own.has("Your sessions are saved.")
    assert own.has("Data workshop")
    again = own.click("Change my sessions")
    assert sorted(again.form("Save my sessions").values()["session"]) == sorted([one.public_id, other.public_id])
    own = again.submit("Save my sessions", {"Data workshop": False, "Visit": False}, 303).follow()
    own.link("Choose my sessions")


def test_a_refusal_keeps_what_was_ticked(pages: Pages, event: Event) -> None:
    a_session(event, takes_sign_up=True)
    a_session(event, title=text("Visita", "Visit"), takes_sign_up=True, starts_at=time(15, 30), ends_at=time(17))
    page = pages.get(f"{home(a_registration(event))}/sessions")
    again = page.submit("Save my sessions", {"Data workshop": True, "Visit": True}, 422)
    assert again.has("“Data workshop” and “Visit” are at the same time. Choose one of the two.")
    assert len(again.form("Save my sessions").values()["session"]) == 2


def test_a_place_that_went_meanwhile_is_told(pages: Pages, event: Event) -> None:
    session = a_session(event, takes_sign_up=True, places=1)
    page = pages.get(f"{home(a_registration(event))}/sessions")
    a_session_place(session, a_registration(event))
    again = page.submit("Save my sessions", {"Data workshop": True}, 409)
    assert again.has("“Data workshop” has no place left.")
    assert again.has("No place left")


@pytest.mark.parametrize("status", ["pending", "waitlisted", "declined"])
def test_others_are_told_that_it_comes_later(pages: Pages, event: Event, status: str) -> None:
    session = a_session(event, takes_sign_up=True)
    person = a_registration(event, "academia", status)
    pages.get(f"{home(person)}/sessions", 302)
    answer = pages.post(f"{home(person)}/sessions", {"session": session.public_id}, 303, token=True)
    assert answer.follow().has("Sessions can be chosen once your place is confirmed.")


def test_an_event_without_such_sessions_does_not_speak_of_them(pages: Pages, event: Event) -> None:
    person = a_registration(event)
    assert not pages.get(home(person)).has("Your sessions")
    pages.get(f"{home(person)}/sessions", 302)


def test_what_was_chosen_stays_to_be_read_when_the_event_is_over(pages: Pages) -> None:
    event = an_event(publication=Publication.ARCHIVED)
    person = a_registration(event)
    a_session_place(a_session(event, takes_sign_up=True), person)
    own = pages.get(home(person))
    assert own.has("Data workshop")
    assert not own.has("Change my sessions")
