"""Questions that other answers hide: on the form, in what is kept, and when answers change. Cases 22, 23, 27, 29."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.registration.models import Consent, Registration, Upload
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.services.answer_changes import change_answers
from eventreg.selfservice.services import record_consent_changes
from tests.builders import a_questionnaire, register_somebody
from tests.registration.asking import an_asking_event, asking, is_yes
from tests.registration.filling import PDF, open_form, send
from tests.support.pages import Pages

pytestmark = pytest.mark.both_databases


def the_registration() -> Registration:
    return db.session.scalars(select(Registration)).one()


def answered(registration: Registration, *keys: str) -> dict[str, Any]:
    found = load_answers(registration)
    return {key: found.get(key, []) for key in keys}


def flyer(event: Event, **more: Any) -> Registration:
    answers = {"flies": ["yes"], "visa": ["yes"], "visa_number": ["A1"], "note": ["Hi"], "told": ["yes"], **more}
    registration = register_somebody(event, **answers).registration
    assert registration is not None
    return registration


def test_hidden_required_question_does_not_block(pages: Pages) -> None:
    """Case 22."""
    event = an_asking_event()
    send(open_form(pages, event), event, 303, **{"Do you fly?": "No"})
    assert answered(the_registration(), "flies", "visa") == {"flies": ["no"], "visa": []}


def test_what_is_sent_for_a_hidden_question_is_passed_over(pages: Pages) -> None:
    """Case 22: whatever it is, an answer that is not offered, a file of a wrong type, a whole chain."""
    event = an_asking_event()
    page = open_form(pages, event)
    sent = {"Do you fly?": "No", "Number of the visa": "A1", "Note": "x" * 999, "Ticket": ("a.exe", b"MZ")}
    send(page, event, 303, **sent)
    keys = ("visa", "visa_number", "note", "ticket")
    assert answered(the_registration(), *keys) == {key: [] for key in keys}
    assert db.session.scalar(select(func.count(Upload.id))) == 0


def test_chain_is_asked_link_by_link(pages: Pages) -> None:
    event = an_asking_event()
    page = send(open_form(pages, event), event, 422, **{"Do you fly?": "Yes"})
    assert len(page.errors()) == 1
    page = page.submit("Send registration", {"Do you have a visa?": "Yes"}, 422)
    assert len(page.errors()) == 1
    page.submit("Send registration", {"Number of the visa": "A1", "Ticket": ("t.pdf", PDF)}, 303)
    assert answered(the_registration(), "visa", "visa_number") == {"visa": ["yes"], "visa_number": ["A1"]}
    assert db.session.scalar(select(Upload.registration_id)) is not None


def test_hidden_consent_is_not_recorded(app: Flask) -> None:
    """Case 29: who was not asked neither agreed nor declined."""
    event = an_asking_event()
    register_somebody(event, flies=["no"], told=["yes"])
    assert "told" not in set(db.session.scalars(select(Consent.purpose)))


def test_service_alone_keeps_nothing_hidden(app: Flask) -> None:
    event = an_asking_event()
    registration = flyer(event, flies=["no"])
    assert answered(registration, "visa", "visa_number", "note") == {"visa": [], "visa_number": [], "note": []}


def test_changed_answer_empties_what_it_hides(app: Flask) -> None:
    event = an_asking_event()
    registration = flyer(event)
    changes = change_answers(event.id, registration.id, {"flies": ["no"]})
    assert {change.question.key for change in changes} == {"flies", "visa", "visa_number", "note"}
    assert answered(registration, "visa", "visa_number", "note") == {"visa": [], "visa_number": [], "note": []}
    # Case 29: what was agreed to stands as it was.
    assert list(db.session.scalars(select(Consent.is_given).where(Consent.purpose == "told"))) == [True]


def test_own_form_follows_the_answers(pages: Pages) -> None:
    event = an_asking_event()
    registration = flyer(event)
    page = pages.get(f"/my/{own_token(registration, 'my')}/answers")
    page.submit("Save my answers", {"Do you fly?": "No"}, 303)
    db.session.expire_all()
    assert answered(registration, "flies", "visa_number") == {"flies": ["no"], "visa_number": []}


def test_required_for_some_categories(pages: Pages) -> None:
    event = an_asking_event(visa={"is_required": False, "required_for": ["government"], "condition": None})
    page = send(open_form(pages, event, "government"), event, 422)
    assert "Do you have a visa?" in page.text
    send(open_form(pages, event, "academia"), event, 303)


@pytest.fixture
def frozen(app: Flask, clock: time_machine.Traveller) -> Registration:
    """A registration whose answers to “flies” were frozen yesterday."""
    day = now().date() + timedelta(days=3)
    event = an_asking_event(flies={"frozen_after": day.isoformat()})
    registration = flyer(event)
    clock.shift(timedelta(days=5))
    return registration


def test_frozen_answer_stands_and_says_until_when(frozen: Registration, pages: Pages) -> None:
    page = pages.get(f"/my/{own_token(frozen, 'my')}/answers")
    assert "This could be changed until" in page.text
    assert 'name="flies"' not in page.text
    page.submit("Save my answers", {"Number of the visa": "B2"}, 303)
    db.session.expire_all()
    assert answered(frozen, "flies", "visa_number") == {"flies": ["yes"], "visa_number": ["B2"]}


def test_frozen_answer_sent_late_is_refused_beside_it_and_the_rest_is_kept(
    app: Flask, clock: time_machine.Traveller, pages: Pages
) -> None:
    """Case 23: the page was opened while the answer could still be changed."""
    day = now().date() + timedelta(days=3)
    event = an_asking_event(flies={"frozen_after": day.isoformat()})
    registration = flyer(event)
    address = f"/my/{own_token(registration, 'my')}/answers"
    typed = pages.get(address).form("Save my answers").values() | {"flies": ["no"], "visa_number": ["B2"]}
    clock.shift(timedelta(days=5))
    sent = {name: values for name, values in typed.items() if name not in ("csrf_token", "letter", "ticket")}
    page = pages.post(address, sent, 422, token=True)
    assert len(page.errors()) == 1
    assert 'name="flies"' not in page.html
    assert page.form("Save my answers").values()["visa_number"] == ["B2"]
    page.submit("Save my answers", {}, 303)
    db.session.expire_all()
    assert answered(registration, "flies", "visa_number") == {"flies": ["yes"], "visa_number": ["B2"]}


def test_question_that_hangs_on_a_consent_follows_it_on_ones_own_page(pages: Pages) -> None:
    """Consents are changed elsewhere: one's own form takes them as they stand now."""
    event = an_asking_event(told={"condition": None})
    data = asking(told={"condition": None})
    airline = {"key": "airline", "kind": "short_text", "label": {"es": "Aerolínea", "en": "Airline"}}
    data["sections"][2]["questions"].append(airline | {"condition": is_yes("told")})
    a_questionnaire(event, data)
    agreed, refused = (register_somebody(event, told=given).registration for given in (["yes"], []))
    assert agreed is not None
    assert refused is not None
    page = pages.get(f"/my/{own_token(refused, 'my')}/answers")
    assert "Airline" not in page.main
    page = pages.get(f"/my/{own_token(agreed, 'my')}/answers")
    assert "Airline" in page.main
    page.submit("Save my answers", {"Airline": "Demo Air"}, 303)
    db.session.expire_all()
    assert answered(agreed, "airline") == {"airline": ["Demo Air"]}
    record_consent_changes(event.id, agreed.id, {"told": False}, "en")
    page = pages.get(f"/my/{own_token(agreed, 'my')}/answers")
    assert "Airline" not in page.main


def test_service_refuses_a_frozen_answer_in_silence(frozen: Registration) -> None:
    assert change_answers(frozen.event_id, frozen.id, {"flies": ["no"]}) == []


def test_frozen_answer_stands_though_its_condition_holds_no_more(app: Flask, clock: time_machine.Traveller) -> None:
    day = now().date() + timedelta(days=3)
    event = an_asking_event(visa={"frozen_after": day.isoformat()})
    registration = flyer(event)
    clock.shift(timedelta(days=5))
    changes = change_answers(event.id, registration.id, {"flies": ["no"]})
    assert {change.question.key for change in changes} == {"flies"}
    assert answered(registration, "visa", "visa_number") == {"visa": ["yes"], "visa_number": ["A1"]}
