"""From the form to the place: register, be told, change, withdraw, and somebody from the waiting list comes up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from eventreg.worker import run_worker
from tests.builders import an_event
from tests.journeys.people import ANA, calendar_methods, headings, own_link, register
from tests.support.mailserver import MailServer
from tests.support.pages import Pages

EVA = "eva.demo@instituto.example"
CONTACT = "clara@anfitriona.example"


@pytest.mark.both_databases
def test_a_place_is_taken_changed_left_and_passed_on(make_app: Callable[..., Flask], mail_server: MailServer) -> None:
    app = make_app(**mail_server.settings())
    with app.app_context():
        event = an_event(capacity=1)

    # Ana reads Spanish and has a place; Eva reads English and waits.
    ana, eva = Pages(app, "es"), Pages(app, "en")
    assert register(ana, event, ANA).heading == "Su lugar está confirmado"
    assert register(eva, event, EVA).heading == "You are on the waiting list"
    run_worker(app, once=True)
    assert headings(mail_server.to(ANA)) == [f"Su lugar está confirmado: {event.title['es']}"]
    assert headings(mail_server.to(EVA)) == [f"You are on the waiting list: {event.title['en']}"]
    assert len(mail_server.to(CONTACT)) == 2

    confirmed = mail_server.to(ANA)[0]
    assert confirmed.message["Auto-Submitted"] == "auto-generated"
    assert CONTACT in confirmed.message["Reply-To"]
    assert calendar_methods(confirmed) == ["REQUEST"]
    assert calendar_methods(mail_server.to(EVA)[0]) == [], "nothing for the calendar of who only waits"

    # Ana opens the link of her mail and corrects her institution.
    own = ana.get(own_link(confirmed))
    assert own.has("Instituto de Prueba")
    changed = own.click("Cambiar mis respuestas").submit("Guardar mis respuestas", {"Institución": "Otro Instituto"})
    assert changed.follow().has("Otro Instituto")
    run_worker(app, once=True)
    assert "Otro Instituto" in mail_server.to(ANA)[1].text
    assert "Otro Instituto" in mail_server.to(CONTACT)[2].text

    # Ana withdraws: her calendar entry is taken back, Eva has the place.
    withdrawn = ana.get(own_link(confirmed)).click("Cancelar mi registro").submit("Cancelar mi registro").follow()
    assert withdrawn.has("Cancelado")
    run_worker(app, once=True)
    assert calendar_methods(mail_server.to(ANA)[2]) == ["CANCEL"]
    promoted = mail_server.to(EVA)[1]
    assert eva.get(own_link(promoted)).has("Place confirmed")
    assert calendar_methods(promoted) == ["REQUEST"]

    # Nobody was told anything twice, and nobody sees another's address.
    run_worker(app, once=True)
    identities = [mail.message["Message-ID"] for mail in mail_server.received]
    assert len(identities) == len(set(identities))
    assert {len(mail.recipients) for mail in mail_server.received} == {1}
    assert ANA not in "".join(mail.raw.decode() for mail in mail_server.to(EVA))


@pytest.mark.both_databases
def test_the_link_comes_again_and_only_to_its_holder(make_app: Callable[..., Flask], mail_server: MailServer) -> None:
    app = make_app(**mail_server.settings())
    with app.app_context():
        event = an_event()
    pages = Pages(app)
    register(pages, event, ANA)
    run_worker(app, once=True)
    first = own_link(mail_server.to(ANA)[0])

    asked = pages.get(f"/events/{event.slug}").click("I have already registered: send me my link")
    known = asked.submit("Send me my link", {"Email address": ANA}).follow()
    unknown = asked.submit("Send me my link", {"Email address": "nadie@instituto.example"}).follow()
    assert known.main == unknown.main
    run_worker(app, once=True)
    assert [own_link(mail) for mail in mail_server.to(ANA)] == [first, first]
    assert mail_server.to("nadie@instituto.example") == []

    # Another form with her address changes nothing and tells its sender nothing.
    again = register(Pages(app), event, ANA.upper().replace("INSTITUTO.EXAMPLE", "instituto.example"))
    assert "PRU-" not in again.text
    assert "/my/" not in again.html
    run_worker(app, once=True)
    assert len(mail_server.to(ANA)) == 3
    assert own_link(mail_server.to(ANA)[2]) == first


@pytest.mark.both_databases
def test_a_new_address_is_confirmed_by_its_holder(make_app: Callable[..., Flask], mail_server: MailServer) -> None:
    """Case 12: the old link dies, the old address is told."""
    app = make_app(**mail_server.settings())
    with app.app_context():
        event = an_event()
    pages, new = Pages(app), "ana.nueva@otra.example"
    register(pages, event, ANA)
    run_worker(app, once=True)
    old_link = own_link(mail_server.to(ANA)[0])
    page = pages.get(f"{old_link}/address")
    page.submit(page.form().buttons()[0], {"New email address": new}).follow()
    run_worker(app, once=True)
    confirming = own_link(mail_server.to(new)[0])
    assert pages.get(old_link).has(ANA), "nothing changes before it is confirmed"

    page = pages.get(confirming)
    own = page.submit(page.form().buttons()[0]).follow()
    assert own.has(new)
    pages.get(old_link, 404)
    run_worker(app, once=True)
    assert len(mail_server.to(ANA)) == 2
    assert pages.get(own_link(mail_server.to(new)[1])).has(new)


@pytest.mark.both_databases
def test_an_event_that_verifies_addresses(make_app: Callable[..., Flask], mail_server: MailServer) -> None:
    app = make_app(**mail_server.settings())
    with app.app_context():
        event = an_event(capacity=1, verifies_addresses=True)
    pages = Pages(app)
    first, second = register(pages, event, ANA), register(Pages(app), event, ANA)
    assert first.main == second.main, "every sender sees the same page"
    assert "PRU-" not in first.text
    run_worker(app, once=True)
    mails = mail_server.to(ANA)
    assert mail_server.to(CONTACT) == [], "nobody else hears of an address that may be another's"

    # A scanner that opens the link confirms nothing (case 9).
    page = pages.get(own_link(mails[0]))
    assert register(Pages(app), event, EVA).main == first.main
    run_worker(app, once=True)
    other = pages.get(own_link(mail_server.to(EVA)[0]))
    assert other.submit(other.form().buttons()[0]).follow().heading == "Your place is confirmed"
    assert page.submit(page.form().buttons()[0]).follow().heading == "You are on the waiting list"
    run_worker(app, once=True)
    assert len(mail_server.to(CONTACT)) == 2
