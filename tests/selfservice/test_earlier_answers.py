"""One's answers from an earlier event fill in the next form: asked for by mail, agreed to, nothing sensitive among them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.jobs.models import Job
from eventreg.mail.models import MailMessage
from eventreg.questionnaires.models import QuestionnaireVersion
from eventreg.questionnaires.queries import definition_of
from eventreg.registration.emails import EARLIER_ANSWERS
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.services.answers import replace_answers
from eventreg.selfservice.services import send_earlier_answers
from tests.builders import a_questionnaire, a_registration, an_event, register_somebody, text
from tests.questionnaire import DEFINITION
from tests.support.pages import Page, Pages

pytestmark = pytest.mark.both_databases

EMAIL = "ana.demo@instituto.example"
FILL, LINK = "Fill in the form", "Send me the link"


def earlier(event: Event) -> Registration:
    receipt = register_somebody(
        event, email=EMAIL, given_name="Xóchitl", diet=["sin sal"], topics=["law", "data"], travels="yes"
    )
    assert receipt.registration is not None
    return receipt.registration


def page_of(pages: Pages, registration: Registration) -> Page:
    return pages.get(f"/my/earlier/{own_token(registration, EARLIER_ANSWERS)}")


def fill(page: Page, event: Event) -> Page:
    into = f"{event.title['en']} · Government"
    agrees = "I agree that these answers are taken over into the form. I see and can change them before I send it."
    return page.submit(FILL, {"Which event do you register for, and in which capacity?": into, agrees: True}, 200)


@pytest.mark.usefixtures("app")
class TestFillingIn:
    def test_the_next_form_comes_filled_in_and_nothing_is_written(self, pages: Pages) -> None:
        before, now = an_event(), an_event()
        page = page_of(pages, earlier(before))
        assert "Xóchitl" in page.main
        assert "sin sal" not in page.main
        form = fill(page, now)
        values = form.form("Send registration").values()
        assert (values["given_name"], values["email"], values["topics"]) == (["Xóchitl"], [EMAIL], ["law", "data"])
        assert values.get("diet", [""]) == [""]
        assert values.get("days", []) == []
        assert values.get("listed", []) == []
        assert len(db.session.scalars(select(Registration)).all()) == 1

    def test_what_the_new_question_does_not_take_stays_behind(self, pages: Pages) -> None:
        before, now = an_event(), an_event()
        definition: dict[str, Any] = copy.deepcopy(DEFINITION)
        for question in definition["sections"][1]["questions"]:
            if question["key"] == "topics":
                question["options"] = [{"value": "trade", "label": text("Comercio", "Trade")}]
            if question["key"] == "travels":
                question["kind"], question["settings"] = "short_text", {}
        a_questionnaire(now, definition)
        values = fill(page_of(pages, earlier(before)), now).form("Send registration").values()
        assert values["given_name"] == ["Xóchitl"]
        assert values.get("topics", []) == []
        assert values["travels"] == [""]

    def test_it_has_to_be_agreed_to(self, pages: Pages) -> None:
        before, _now = an_event(), an_event()
        again = page_of(pages, earlier(before)).submit(FILL, {}, 422)
        assert again.errors() == [
            "Tick that your earlier answers may be taken over",
            "Choose the event you register for",
        ]

    def test_without_an_open_event_it_says_so(self, pages: Pages) -> None:
        assert "No other event takes registrations" in page_of(pages, earlier(an_event())).main

    def test_a_dead_link_opens_nothing(self, pages: Pages) -> None:
        registration = earlier(an_event())
        pages.get(f"/my/earlier/{own_token(registration, 'my')}", 404)


@pytest.mark.usefixtures("app")
class TestAsking:
    def test_the_answer_is_the_same_whether_or_not_the_address_is_known(self, pages: Pages) -> None:  # case 11
        before, now = an_event(), an_event()
        earlier(before)
        told = []
        for address in (EMAIL, "nadie@instituto.example"):
            page = pages.get(f"/events/{now.slug}/register/earlier")
            told.append(page.submit(LINK, {"Email address": address}, 303).follow().main)
        assert told[0] == told[1]
        assert len(db.session.scalars(select(Job).where(Job.kind == "registration.send_earlier_answers")).all()) == 2

    def test_the_holder_gets_the_link_and_nobody_else_anything(self) -> None:
        before, now = an_event(), an_event()
        registration = earlier(before)
        count = len(db.session.scalars(select(MailMessage)).all())
        assert send_earlier_answers(now.id, EMAIL, "es")
        assert not send_earlier_answers(now.id, "nadie@instituto.example", "es")
        messages = db.session.scalars(select(MailMessage).order_by(MailMessage.id)).all()[count:]
        assert [(message.recipient, message.language) for message in messages] == [(EMAIL, "es")]
        assert messages[0].event_id == now.id
        assert "Xóchitl" not in messages[0].text
        assert registration.reference not in messages[0].text

    def test_an_address_that_was_never_verified_offers_nothing(self) -> None:
        before, now = an_event(), an_event()
        a_registration(before, status="unverified", email=EMAIL)
        assert not send_earlier_answers(now.id, EMAIL, "es")


def test_a_form_leads_to_it(app: Flask, pages: Pages) -> None:
    event = an_event()
    page = pages.get(f"/events/{event.slug}/register?category=government")
    assert page.all("a", href=f"/events/{event.slug}/register/earlier")


@pytest.mark.usefixtures("app")
class TestAskedAgainSince:
    """An answer goes by the question under which it was given last, not by that of the registration's version."""

    def test_what_became_sensitive_is_not_carried(self, pages: Pages) -> None:
        before, now = an_event(), an_event()
        person = earlier(before)
        version = _newer(before, lambda question: question | {"is_sensitive": True})
        _answer_under(person, version, "law")
        assert load_answers(person)["topics"] == ["law"]
        assert fill(page_of(pages, person), now).form("Send registration").values().get("topics", []) == []

    def test_what_organizers_fill_in_since_is_not_shown(self, pages: Pages) -> None:
        before, now = an_event(), an_event()
        person = earlier(before)
        version = _newer(before, None)
        _answer_under(person, version, "law")
        assert fill(page_of(pages, person), now).form("Send registration").values().get("topics", []) == []


def _newer(event: Event, change: Callable[[dict[str, Any]], dict[str, Any]] | None) -> QuestionnaireVersion:
    """Publish another version, in which the topics are changed or, without a change, asked of organizers alone."""
    definition: dict[str, Any] = copy.deepcopy(DEFINITION)
    questions = definition["sections"][1]["questions"]
    place = [question["key"] for question in questions].index("topics")
    if change is not None:
        questions[place] = change(questions[place])
    else:
        team = {
            "key": "team",
            "title": text("Equipo", "Team"),
            "stage": "organizers",
            "questions": [questions.pop(place)],
        }
        definition["sections"].append(team)
    return a_questionnaire(event, definition)


def _answer_under(person: Registration, version: QuestionnaireVersion, value: str) -> None:
    question = definition_of(version).find("topics")
    assert question is not None
    with transaction():
        replace_answers(person, [question], {"topics": [value]}, {"topics": version.id})
