"""A form kept for later: sealed, its link mailed, opened as it was, gone when it was sent or its time is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from eventreg.db import db, transaction
from eventreg.events.models import Event
from eventreg.kernel import clock as clocks
from eventreg.kernel.tokens import personal_token
from eventreg.mail.models import MailMessage
from eventreg.registration.emails import SAVED_FORM
from eventreg.registration.models import SavedForm, Upload
from eventreg.registration.services.answers import sweep_uploads
from eventreg.selfservice.services import sweep_saved_forms
from eventreg.web.instance import keys
from tests.builders import an_event
from tests.registration.filling import PDF, open_form, send, typed
from tests.registration.records import the_registration
from tests.support.apps import AppMaker
from tests.support.pages import Page, Pages

KEEP, SEND_LINK = "Save for later", "Send me the link"
EMAIL = "ana.demo@instituto.example"


def keep(pages: Pages, event: Event, **entries: object) -> Page:
    """Fill the form in as far as somebody got, and keep it."""
    page = open_form(pages, event).submit(KEEP, typed(event, **entries), 200)
    return page.submit(SEND_LINK, {}, 303).follow()


def the_saved() -> SavedForm:
    db.session.expire_all()
    return db.session.scalars(select(SavedForm)).one()


def link_of(saved: SavedForm) -> str:
    return f"/my/form/{personal_token(keys(), SAVED_FORM, saved.public_id, saved.generation)}"


@pytest.mark.usefixtures("app")
class TestKeeping:
    def test_the_form_comes_back_as_it_was_and_can_be_sent(self, pages: Pages) -> None:
        event = an_event()
        told = keep(pages, event, Diet="sin sal", Letter=("carta.pdf", PDF), Telephone="not a number yet")
        assert "You are not registered yet" in told.main
        elsewhere = Pages(pages.app, "en")
        page = elsewhere.get(link_of(the_saved()))
        values = page.form("Send registration").values()
        assert (values["given_name"], values["diet"], values["phone"]) == (["Ana"], ["sin sal"], ["not a number yet"])
        assert "carta.pdf" in page.main
        send(page, event, 303, Telephone="")
        registration = the_registration()
        assert registration.email == EMAIL
        assert db.session.scalars(select(Upload)).one().registration_id == registration.id

    def test_the_address_typed_so_far_is_proposed(self, pages: Pages) -> None:
        event = an_event()
        page = open_form(pages, event).submit(KEEP, typed(event), 200)
        assert page.form(SEND_LINK).values()["keep_email"] == [EMAIL]

    def test_whoever_kept_it_cannot_open_what_somebody_else_makes_of_it(self, pages: Pages) -> None:
        """The key of a form opens its receipt: somebody who keeps a form for another's address must not know it."""
        event = an_event()
        page = open_form(pages, event)
        planted = page.form(KEEP).values() | {name: [] for name in ("letter",)}
        page.submit(KEEP, typed(event), 200).submit(SEND_LINK, {"Email address": "victima@instituto.example"}, 303)
        holder = Pages(pages.app, "en")
        resumed = holder.get(link_of(the_saved()))
        assert resumed.form("Send registration").values()["submission_key"] != planted["submission_key"]
        send(resumed, event, 303, Email_address="victima@instituto.example")
        again = send(page, event, 303, Email_address="victima@instituto.example")
        assert "/register/already" in again.headers["Location"]

    def test_an_address_that_cannot_be_is_asked_again_and_nothing_is_lost(self, pages: Pages) -> None:
        event = an_event()
        page = open_form(pages, event).submit(KEEP, typed(event, Diet="sin sal"), 200)
        again = page.submit(SEND_LINK, {"Email address": "ana@"}, 422)
        assert again.errors() == ["Write a complete mail address, for example name@institution.org"]
        back = again.submit("Go back to the form", {}, 200)
        assert back.form("Send registration").values()["diet"] == ["sin sal"]
        assert not db.session.scalars(select(SavedForm)).all()

    def test_kept_again_it_is_one_form_under_the_same_link(self, pages: Pages) -> None:
        event = an_event()
        keep(pages, event)
        first = link_of(the_saved())
        page = pages.get(first).submit(KEEP, typed(event, Diet="sin gluten"), 200)
        page.submit(SEND_LINK, {}, 303)
        assert link_of(the_saved()) == first
        assert pages.get(first).form("Send registration").values()["diet"] == ["sin gluten"]

    def test_another_address_kills_the_link_that_was_sent(self, pages: Pages) -> None:
        event = an_event()
        keep(pages, event)
        first = link_of(the_saved())
        page = pages.get(first).submit(KEEP, typed(event), 200)
        page.submit(SEND_LINK, {"Email address": "otra@instituto.example"}, 303)
        pages.get(first, 404)
        pages.get(link_of(the_saved()))

    def test_the_message_holds_nothing_that_was_typed(self, pages: Pages) -> None:
        event = an_event()
        keep(pages, event, Diet="sin sal", Given_name="Xóchitl")
        message = db.session.scalars(select(MailMessage)).one()
        assert (message.recipient, message.language) == (EMAIL, "en")
        assert not [word for word in ("Xóchitl", "sin sal") if word in message.text + message.html + message.subject]

    def test_after_sending_the_link_leads_to_ones_own_link(self, pages: Pages) -> None:
        event = an_event()
        keep(pages, event)
        link = link_of(the_saved())
        send(pages.get(link), event, 303)
        assert "This form was sent" in pages.get(link).main
        assert sweep_saved_forms(clocks.now()) == 1
        pages.get(link, 404)

    def test_in_spanish_the_message_is_spanish(self, app: Flask) -> None:
        event = an_event()
        visitor = Pages(app, "es")
        page = visitor.get(f"/events/{event.slug}/register?category=government")
        page = page.submit("Guardar para después", {"Correo electrónico": EMAIL}, 200)
        page.submit("Enviarme el enlace", {}, 303)
        message = db.session.scalars(select(MailMessage)).one()
        assert message.language == "es"
        assert message.subject.startswith("Continúe con su registro")


@pytest.mark.both_databases
def test_time_over_form_and_files_are_deleted(app: Flask, pages: Pages, clock: time_machine.Traveller) -> None:
    event = an_event()
    keep(pages, event, Letter=("carta.pdf", PDF))
    link = link_of(the_saved())
    clock.shift(timedelta(days=13))
    sweep_uploads(clocks.now())
    assert "carta.pdf" in pages.get(link).main
    clock.shift(timedelta(days=2))
    pages.get(link, 404)
    assert sweep_saved_forms(clocks.now()) == 1
    sweep_uploads(clocks.now())
    assert not db.session.scalars(select(Upload)).all()


def test_what_is_kept_cannot_be_read_in_the_database(app: Flask, pages: Pages) -> None:  # case 53
    event = an_event()
    keep(pages, event, Diet="sin sal", Given_name="Xóchitl")
    assert "Xóchitl".encode() not in the_saved().sealed
    assert b"Xochitl" not in the_saved().sealed


def test_an_address_is_written_to_a_few_times_only(make_app: AppMaker) -> None:
    app = make_app(limits=True)
    with app.app_context():
        event = an_event()
        pages = Pages(app, "en")
        for number in range(6):
            page = open_form(pages, event).submit(KEEP, typed(event), 200)
            page = page.submit(SEND_LINK, {}, 303 if number < 5 else 429)
        assert page.errors()[0].startswith("There were too many tries. The next one is possible from ")
        assert len(db.session.scalars(select(MailMessage)).all()) == 5
        db.session.remove()


def test_a_form_that_nobody_can_send_is_not_kept(app: Flask, pages: Pages) -> None:
    """Whoever asked typed the address: nobody gets a link that leads nowhere."""
    event = an_event()
    page = open_form(pages, event).submit(KEEP, typed(event), 200)
    with transaction():
        db.session.get_one(Event, event.id).registration_closes_at = clocks.now() - timedelta(seconds=1)
    assert page.submit(SEND_LINK, {}, 200).text
    assert not db.session.scalars(select(SavedForm)).all()
    assert not db.session.scalars(select(MailMessage)).all()
