"""A form that was sent and is sent again: the same receipt, or the question whether this is somebody else. Cases 17, 68."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.kernel.clock import now
from eventreg.mail.models import MailMessage
from eventreg.registration.models import AddressChange, Registration, Upload, UsedForm
from eventreg.registration.services.registering import Outcome
from eventreg.registration.services.ways_in import sweep_used_forms
from eventreg.selfservice.services import sweep_saved_forms
from tests.builders import a_registration, an_event, register_somebody
from tests.registration.filling import send
from tests.registration.test_submission_keys import address_of, key_of, typed
from tests.selfservice.test_saved_forms import keep, link_of, the_saved
from tests.support.pages import Page, Pages
from tests.world import PDF

ONE_MORE, CORRECT, BACK = "Register one more person", "Correct the email address", "Go back to the form"
ANA, BETO = "ana@instituto.example", "beto@instituto.example"
KEY = "k" * 22


def sent(pages: Pages, event: Event, status: int, key: str = KEY, **changes: str) -> Page:
    return pages.post(address_of(event), typed(event, submission_key=key, **changes), status, token=True)


def asked(pages: Pages, event: Event) -> Page:
    """Send a form, then the same with another name and address: the page that asks."""
    sent(pages, event, 303)
    page = sent(pages, event, 409, email=BETO, given_name="Beto")
    assert page.heading == "This form was sent already"
    return page


def people() -> dict[str, str]:
    rows = db.session.execute(select(Registration.email, Registration.given_name).order_by(Registration.id))
    return {row.email: row.given_name for row in rows}


def mails_to(address: str) -> int:
    return db.session.scalar(select(func.count()).where(MailMessage.recipient == address)) or 0


@pytest.mark.both_databases
@pytest.mark.parametrize("verifies", [False, True])
def test_a_second_person_from_the_same_open_form_is_asked_about_and_registered_at_one_press(
    pages: Pages, verifies: bool
) -> None:
    # case 68
    event = an_event(verifies_addresses=verifies)
    page = asked(pages, event)
    assert BETO in page.main
    assert ANA not in page.html
    assert people() == {ANA: "Ana María"}
    assert mails_to(BETO) == 0
    receipts = {page.submit(ONE_MORE, status=303).location for _press in range(2)}
    assert len(receipts) == 1
    assert people() == {ANA: "Ana María", BETO: "Beto"}
    assert mails_to(BETO) == 1


def test_the_same_form_with_the_same_address_is_the_same_receipt(pages: Pages) -> None:
    # case 17
    event = an_event()
    first = sent(pages, event, 303).location
    assert sent(pages, event, 303, email="ANA@Instituto.example", given_name="Otra").location == first
    assert people() == {ANA: "Ana María"}


@pytest.mark.parametrize("verifies", [False, True])
def test_the_question_is_the_same_whether_the_first_address_was_known(app: Flask, verifies: bool) -> None:
    """A key counts as used whatever became of it. Case 74."""
    event = an_event(verifies_addresses=verifies)
    a_registration(event, email=ANA)
    answers = []
    for address, key in ((ANA, "a" * 22), ("nadie@instituto.example", "n" * 22)):
        pages = Pages(app)
        first = sent(pages, event, 303, key, email=address)
        assert not verifies or first.location.endswith("check-your-mail")
        again = sent(pages, event, 303, key, email=address)
        assert again.location == first.location
        page = sent(pages, event, 409, key, email=BETO)
        random = re.compile(rf"{key}|{key_of(page)}|csrf_token\" value=\"[^\"]+|nonce-?=?\"?[\w=/+-]+")
        answers.append(random.sub("", page.html))
        corrected = page.submit(CORRECT, status=303) if verifies else None
        assert corrected is None or corrected.location == first.location
        with transaction() as session:
            for row in session.scalars(select(Registration).where(Registration.email == BETO)):
                row.email = row.email_key = f"otro{row.id}@instituto.example"
    assert answers[0] == answers[1]


def test_of_a_known_address_nobody_is_written_to_twice_by_one_form(pages: Pages) -> None:
    event = an_event()
    a_registration(event, email=ANA)
    for _time in range(3):
        assert sent(pages, event, 303).location.endswith("/register/already")
    assert db.session.scalar(select(func.count()).select_from(UsedForm)) == 1


def test_a_form_whose_address_was_taken_registers_once_the_holder_has_withdrawn(pages: Pages) -> None:
    event = an_event()
    holder = a_registration(event, email=ANA)
    sent(pages, event, 303)
    with transaction() as session:
        session.get_one(Registration, holder.id).status = "cancelled"
    assert sent(pages, event, 303).location.startswith("/my/")
    assert sent(pages, event, 303).location.startswith("/my/")


def test_a_corrected_address_is_confirmed_there_before_it_counts(pages: Pages) -> None:
    """Case 12: the change goes the way of one's own page."""
    event = an_event()
    own = asked(pages, event).submit(CORRECT, status=303).follow()
    assert own.has("Confirm the address there.")
    assert people() == {ANA: "Ana María"}
    change = db.session.scalars(select(AddressChange)).one()
    assert (change.email, change.confirmed_at) == (BETO, None)
    assert mails_to(BETO) == 1


def test_whoever_goes_back_without_an_answer_is_asked_again(pages: Pages) -> None:
    event = an_event()
    form = asked(pages, event).submit(BACK)
    again = form.submit("Send registration", status=409)
    assert again.heading == "This form was sent already"
    assert set(people()) == {ANA}
    again.submit(ONE_MORE, status=303)
    assert set(people()) == {ANA, BETO}


def test_where_the_first_form_made_nothing_the_corrected_one_registers(pages: Pages) -> None:
    event = an_event()
    a_registration(event, email=ANA, given_name="Otra")
    receipt = asked(pages, event).submit(CORRECT, status=303)
    assert receipt.location.startswith("/my/")
    assert people() == {ANA: "Otra", BETO: "Beto"}


def test_a_key_opens_nothing_once_the_link_it_led_to_is_dead(pages: Pages) -> None:
    event = an_event()
    sent(pages, event, 303)
    with transaction() as session:
        row = session.scalars(select(Registration)).one()
        row.email, row.email_key, row.link_generation = BETO, BETO, 2
    assert sent(pages, event, 409).heading == "This form was sent already"
    page = sent(pages, event, 409, email="carla@instituto.example")
    receipt = page.submit(CORRECT, status=303)
    assert set(people()) == {BETO, "carla@instituto.example"}
    assert db.session.scalars(select(AddressChange)).all() == []
    assert receipt.location.startswith("/my/")


def test_what_was_typed_and_uploaded_goes_along(pages: Pages) -> None:
    event = an_event()
    first = {"category": "government", "email": ANA}
    files = {"letter": (io.BytesIO(PDF), "carta.pdf")}
    form = typed(event, submission_key=KEY, **first)
    pages.post(address_of(event), form | files, 303, token=True, content_type="multipart/form-data")
    second = form | {"email": BETO, "diet": "Sin sal", "letter": (io.BytesIO(PDF), "otra.pdf")}
    page = pages.post(address_of(event), second, 409, token=True, content_type="multipart/form-data")
    back = page.submit(BACK, status=200)
    assert back.has("otra.pdf")
    assert back.form("Send registration").values()["diet"] == ["Sin sal"]
    page.submit(ONE_MORE, status=303)
    holders = db.session.scalars(select(Upload.registration_id).order_by(Upload.id)).all()
    assert len(set(holders)) == 2
    assert None not in holders


def test_the_question_is_asked_in_another_language_too(pages: Pages) -> None:
    event = an_event()
    page = asked(pages, event)
    data = {name: values[0] for name, values in page.form(ONE_MORE).values().items() if values}
    spanish = pages.post(address_of(event), data | {"switch_language": "es"}, 409)
    assert spanish.language == "es"
    assert key_of(spanish) == key_of(page)
    spanish.submit("Registrar a una persona más", status=303)
    assert set(people()) == {ANA, BETO}


def test_a_closed_event_asks_nothing(pages: Pages, clock: time_machine.Traveller) -> None:
    event = an_event()
    sent(pages, event, 303)
    with transaction() as session:
        session.get_one(Event, event.id).registration_closes_at = now() - timedelta(seconds=1)
    assert sent(pages, event, 409, email=BETO).errors()[0].startswith("Registration has closed.")
    assert sent(pages, event, 303).location.startswith("/my/")


def test_a_kept_form_was_sent_whatever_became_of_it(pages: Pages) -> None:
    """Its link says the same, whether the address was known or not."""
    event = an_event(verifies_addresses=True)
    a_registration(event, email=ANA)
    keep(pages, event)
    link = link_of(the_saved())
    send(pages.get(link), event, 303, Email_address=ANA)
    assert "This form was sent" in pages.get(link).main
    assert sweep_saved_forms(now()) == 1


def test_used_keys_are_forgotten_when_nobody_can_send_the_form_any_more(
    app: Flask, clock: time_machine.Traveller
) -> None:
    event = an_event()
    a_registration(event, email=ANA)
    assert register_somebody(event, submission_key=KEY, email=ANA).outcome is Outcome.ALREADY_LIVE
    assert register_somebody(event, submission_key=KEY, email=BETO).outcome is Outcome.SENT_BEFORE
    clock.shift(timedelta(days=29))
    assert sweep_used_forms(now()) == 0
    clock.shift(timedelta(days=2))
    assert sweep_used_forms(now()) == 1
