"""The form of a request: files over errors, consents, what is frozen, conditions, options with places. Cases 16, 22, 27, 29."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.kernel import clock as clocks
from eventreg.registration.models import Consent, Registration, Upload
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.services.answer_changes import change_answers
from eventreg.registration.services.follow_ups import see_to_follow_ups
from eventreg.registration.services.requests import ask_again, ask_for_correction
from tests.builders import a_questionnaire, a_registration, a_team_member, an_event
from tests.registration.filling import PDF
from tests.registration.owning import home
from tests.registration.records import fresh, mails
from tests.registration.requesting import changed, do_jobs, requests_to, words
from tests.support.pages import Page, Pages

pytestmark = pytest.mark.both_databases

SEND = "Send my answers"


def question(key: str, kind: str, label: str, **parts: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "label": words(label, label), **parts}


def follow_up(*questions: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": "later", "title": words("Más tarde", "Later"), "stage": "follow_up", "questions": [*questions],
    }  # fmt: skip


def asked(event: Event, *questions: dict[str, Any]) -> Registration:
    """Return somebody confirmed who is asked a follow-up of these questions."""
    a_questionnaire(event, changed(follow_up(*questions)))
    person = a_registration(event, language="en")
    see_to_follow_ups(clocks.now())
    return person


def request_page(pages: Pages, person: Registration) -> Page:
    return pages.get(f"{home(person)}/requests/{requests_to(person)[-1].id}")


def answers_of(person: Registration) -> dict[str, list[str]]:
    return load_answers(fresh(person))


TICKET = question("ticket", "file", "Ticket", is_required=True, settings={"types": ["pdf"]})
SEAT = question("seat", "short_text", "Seat", is_required=True)


@pytest.fixture
def event(app: Flask, clock: time_machine.Traveller) -> Event:
    return an_event()


def test_file_is_kept_over_errors_and_stands_on_the_next_visit(event: Event, pages: Pages) -> None:
    """Case 27."""
    person = asked(event, SEAT, TICKET)
    page = request_page(pages, person).submit(SEND, {"Ticket": ("ticket.pdf", PDF)}, 422)
    assert len(page.errors()) == 1
    assert "ticket.pdf" in page.text
    page.submit(SEND, {"Seat": "4A"}, 303)
    [public_id] = answers_of(person)["ticket"]
    upload = db.session.scalars(select(Upload)).one()
    assert (upload.public_id, upload.registration_id, upload.held_until) == (public_id, person.id, None)
    again = request_page(pages, person)
    assert "ticket.pdf" in again.text
    again.submit(SEND, {"Seat": "4B"}, 303)
    assert answers_of(person)["ticket"] == [public_id]
    assert all("ticket.pdf" not in mail.text + mail.html for mail in mails(person) + mails(person, "contact"))


def test_file_of_a_wrong_type_is_refused_beside_its_question(event: Event, pages: Pages) -> None:
    person = asked(event, SEAT, TICKET)
    page = request_page(pages, person).submit(SEND, {"Seat": "4A", "Ticket": ("a.exe", b"MZ")}, 422)
    assert len(page.errors()) == 1
    assert answers_of(person).get("ticket", []) == []


def consents(person: Registration, purpose: str = "photo") -> list[tuple[bool, str, int]]:
    db.session.rollback()
    rows = select(Consent).where(Consent.registration_id == person.id, Consent.purpose == purpose).order_by(Consent.id)
    return [(row.is_given, row.text, row.questionnaire_id) for row in db.session.scalars(rows)]


def test_consent_that_is_asked_again_is_recorded_with_its_words_version_and_time(
    event: Event, pages: Pages, clock: time_machine.Traveller
) -> None:
    """Case 29: a change of other answers leaves it as it was."""
    person = a_registration(event, language="en")
    section = {
        "key": "new", "title": words("Nuevo", "New"),
        "questions": [question("photo", "consent", "Photos may be shown"), question("seat", "short_text", "Seat")],
    }  # fmt: skip
    version = a_questionnaire(event, changed(section))
    with transaction():
        ask_again(event.id, version.id, ["photo", "seat"], {}, a_team_member(event).id, clocks.now())
    do_jobs()
    assert consents(person) == []
    clock.shift(timedelta(hours=1))
    request_page(pages, person).submit(SEND, {"Photos may be shown": True}, 303)
    assert consents(person) == [(True, "Photos may be shown", version.id)]
    given_at = db.session.scalars(select(Consent.at).where(Consent.purpose == "photo")).one()
    assert clocks.now() - given_at < timedelta(minutes=1)
    change_answers(event.id, person.id, {"sex": ["woman"]})
    request_page(pages, person).submit(SEND, {"Seat": "4A"}, 303)
    assert consents(person) == [(True, "Photos may be shown", version.id)], "said again, nothing new"
    request_page(pages, person).submit(SEND, {"Photos may be shown": False}, 303)
    assert [each[0] for each in consents(person)] == [True, False]


def test_hidden_consent_is_neither_given_nor_declined(event: Event, pages: Pages) -> None:
    """Case 29."""
    flies = question("flies", "yes_no", "Do you fly?", is_required=True)
    photo = question("photo", "consent", "The airline may be told", condition={"question": "flies", "is": ["yes"]})
    person = asked(event, flies, photo)
    request_page(pages, person).submit(SEND, {"Do you fly?": "No"}, 303)
    assert consents(person) == []
    request_page(pages, person).submit(SEND, {"Do you fly?": "Yes", "The airline may be told": True}, 303)
    assert [each[0] for each in consents(person)] == [True]


def test_frozen_answer_of_a_follow_up_stands_from_an_open_page_too(
    event: Event, pages: Pages, clock: time_machine.Traveller
) -> None:
    day = (clocks.now() + timedelta(days=3)).date().isoformat()
    person = asked(event, SEAT, question("meal", "short_text", "Meal", frozen_after=day))
    page = request_page(pages, person)
    page.submit(SEND, {"Seat": "4A", "Meal": "Soup"}, 303)
    opened = request_page(pages, person)
    clock.shift(timedelta(days=5))
    late = request_page(pages, person)
    assert "This could be changed until" in late.text
    assert 'name="meal"' not in late.html
    late.submit(SEND, {"Seat": "4B"}, 303)
    opened.submit(SEND, {"Seat": "4C", "Meal": "Steak"})
    assert answers_of(person)["meal"] == ["Soup"]


def test_frozen_answer_that_the_team_wants_mended_is_mended_once(
    event: Event, pages: Pages, clock: time_machine.Traveller
) -> None:
    day = (clocks.now() + timedelta(days=3)).date().isoformat()
    section = {
        "key": "new", "title": words("Nuevo", "New"),
        "questions": [question("meal", "short_text", "Meal", frozen_after=day)],
    }  # fmt: skip
    a_questionnaire(event, changed(section))
    person = a_registration(event, language="en", answers={"meal": ["Soup"]})
    clock.shift(timedelta(days=5))
    ask_for_correction(
        event.id, person.reference, ["meal"], "Please check.", Organizer.account(a_team_member(event).id)
    )
    request_page(pages, person).submit(SEND, {"Meal": "Steak"}, 303)
    assert answers_of(person)["meal"] == ["Steak"]
    assert 'name="meal"' not in request_page(pages, person).html


def test_changed_answer_empties_what_it_hides(event: Event, pages: Pages) -> None:
    """Case 22, with the file of a question that is hidden."""
    by_air = {"question": "flies", "is": ["yes"]}
    flies = question("flies", "yes_no", "Do you fly?", is_required=True)
    person = asked(
        event, flies, question("flight", "short_text", "Flight", condition=by_air), TICKET | {"condition": by_air}
    )
    page = request_page(pages, person)
    assert "js/conditions.js" in page.html
    page.submit(SEND, {"Do you fly?": "Yes", "Flight": "AM 1", "Ticket": ("t.pdf", PDF)}, 303)
    assert answers_of(person)["flight"] == ["AM 1"]
    request_page(pages, person).submit(SEND, {"Do you fly?": "No"}, 303)
    now = answers_of(person)
    assert (now["flies"], now.get("flight"), now.get("ticket")) == (["no"], None, None)


def test_asked_again_what_becomes_hidden_is_emptied(event: Event, pages: Pages) -> None:
    """Case 22: under the new version the topics hang on whether somebody travels."""
    person = a_registration(event, language="en", answers={"travels": ["yes"], "topics": ["law"]})
    definition = changed()
    for section in definition["sections"]:
        # Conditions look at what stands before.
        section["questions"].sort(key=lambda each: each["key"] == "topics")
        for each in section["questions"]:
            if each["key"] == "topics":
                each["condition"] = {"question": "travels", "is": ["yes"]}
    version = a_questionnaire(event, definition)
    with transaction():
        ask_again(event.id, version.id, ["travels", "topics"], {}, a_team_member(event).id, clocks.now())
    do_jobs()
    request_page(pages, person).submit(SEND, {"Do you travel from another city?": "No"}, 303)
    now = answers_of(person)
    assert (now["travels"], now.get("topics", [])) == (["no"], [])


def test_last_place_of_an_option_is_said_beside_it_and_the_rest_is_kept(event: Event, pages: Pages) -> None:
    """Case 16, per option."""
    options = [
        {"value": "border", "label": words("A la frontera", "To the border"), "places": 1},
        {"value": "museum", "label": words("Al museo", "To the museum")},
    ]
    person = asked(event, SEAT, question("visit", "choice", "Visit", options=options))
    other = a_registration(event, language="en")
    see_to_follow_ups(clocks.now())
    page = request_page(pages, person)
    request_page(pages, other).submit(SEND, {"Seat": "1A", "Visit": "To the border"}, 303)
    page = page.submit(SEND, {"Seat": "4A", "Visit": "To the border"}, 409)
    assert page.errors() == ["The last place of “To the border” was just taken. Choose another answer to “Visit”."]
    assert "visit" not in answers_of(person)
    page.submit(SEND, {"Visit": "To the museum"}, 303)
    now = answers_of(person)
    assert (now["seat"], now["visit"]) == (["4A"], ["museum"])
    # Whoever holds the place keeps it on saving again.
    request_page(pages, other).submit(SEND, {"Seat": "1B"}, 303)
    assert answers_of(other)["visit"] == ["border"]
