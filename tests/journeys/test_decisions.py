"""An organizer decides: by sign-in link to the list, to the person, to the mail that goes a minute later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from eventreg.worker import run_worker
from tests.builders import a_team_member, an_event
from tests.journeys.people import ANA, own_link, register
from tests.support.mailserver import MailServer, Received
from tests.support.pages import Page, Pages

CONTACT = "clara@anfitriona.example"
_MINUTE = timedelta(seconds=61)


def _signed_in(app: Flask, address: str, mail_server: MailServer) -> Pages:
    """Sign in by a link that is mailed."""
    pages = Pages(app)
    sent = pages.get("/sign-in").submit("Email me a sign-in link", {"Email address": address})
    sent.follow()
    run_worker(app, once=True)
    link = _link(mail_server.to(address)[-1])
    page = pages.get(link)
    page.submit(page.form().buttons()[0]).follow()
    pages.get(link, 410)
    pages.get("/manage/?lang=en")
    return pages


def _link(mail: Received) -> str:
    return next(word for word in mail.text.split() if "/sign-in/" in word).removeprefix("http://localhost")


def _decide(person: Page, verb: str, reason: str = "") -> Page:
    return person.submit(verb, {"#reason": reason}).follow()


@pytest.mark.both_databases
def test_approve_undo_and_decline(
    clock: time_machine.Traveller, make_app: Callable[..., Flask], mail_server: MailServer
) -> None:
    app = make_app(**mail_server.settings())
    with app.app_context():
        event = an_event(capacity=1)
        member = a_team_member(event, "reviewer", language="es")
    ana = Pages(app, "en")
    field = {"Field of work": "Migration studies"}
    assert register(ana, event, ANA, "academia", **field).heading == "We have your request"
    run_worker(app, once=True)
    own = own_link(mail_server.to(ANA)[0])

    olga = _signed_in(app, member.email, mail_server)
    person = olga.get(f"/manage/events/{event.slug}/registrations?q=demostracion").click("Ana Demostración")
    assert person.has("Migration studies")

    # Approved and undone within the minute: no mail ever goes, and her page never said otherwise.
    approved = _decide(person, "Approve")
    assert ana.get(own).has("Under review")
    undone = approved.submit("Undo: Approved").follow()
    clock.shift(_MINUTE)
    run_worker(app, once=True)
    assert len(mail_server.to(ANA)) == 1
    assert ana.get(own).has("Under review")

    # Approved and left: a minute later she is told, in her language; the contact person in Spanish.
    _decide(undone, "Approve")
    run_worker(app, once=True)
    assert len(mail_server.to(ANA)) == 1
    clock.shift(_MINUTE)
    run_worker(app, once=True)
    assert "Your place is confirmed" in str(mail_server.to(ANA)[1].message["Subject"])
    assert str(mail_server.to(CONTACT)[-1].message["Subject"]).startswith("Lugar confirmado")
    assert ana.get(own).has("Place confirmed")

    # Declined later: only with a reason, which she reads.
    person = olga.get(f"/manage/events/{event.slug}/registrations").click("Ana Demostración")
    refused = person.submit("Decline", {"#reason": " "}, 422)
    assert refused.errors()
    _decide(refused, "Decline", "The places for academia are fewer than expected.")
    clock.shift(_MINUTE)
    run_worker(app, once=True)
    assert "fewer than expected" in mail_server.to(ANA)[2].text
    assert ana.get(own).has("Without a place")
    history = olga.get(f"/manage/events/{event.slug}/registrations").click("Ana Demostración")
    assert history.has(member.name)


@pytest.mark.both_databases
def test_a_page_that_is_out_of_date_decides_nothing(app: Flask) -> None:
    """Case 18: the second organizer is told who decided."""
    event = an_event()
    one, two = (Pages(app).sign_in(a_team_member(event, "reviewer")) for _ in range(2))
    register(Pages(app), event, ANA, "academia", **{"Field of work": "Law"})
    address = one.get(f"/manage/events/{event.slug}/registrations").link("Ana Demostración")
    seen_by_one, seen_by_two = one.get(address), two.get(address)
    _decide(seen_by_one, "Approve")
    late = seen_by_two.submit("Decline", {"#reason": "No place."}, 409)
    assert late.has("Nothing was decided")
    assert late.has("Olga Organizadora")
    assert two.get(address).has("Approved")
