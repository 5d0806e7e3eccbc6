"""Mail in trouble: no server, a server that is down, an address that does not exist (cases 30, 34, 37)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from eventreg.demo.services import load_seminar
from eventreg.kernel.clock import now
from eventreg.worker import run_worker
from tests.builders import a_team_member, an_event
from tests.journeys.people import ANA, register
from tests.support.mailserver import MailServer
from tests.support.pages import Pages


@pytest.mark.both_databases
def test_without_a_server_everything_is_held_and_shown(app: Flask, instance: Path) -> None:
    event = an_event()
    register(Pages(app), event, ANA)
    run_worker(app, once=True)
    files = sorted((instance / "mail").glob("**/*.eml"))
    assert len(files) == 2
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}

    olga = Pages(app).sign_in(a_team_member(event, "owner"))
    page = olga.get(f"/manage/events/{event.slug}/messages")
    assert page.has("No message leaves this machine.")
    links = [link for link in page.all("a") if f"/events/{event.slug}/messages/" in (link.get("href") or "")]
    shown = olga.get(links[-1].get("href") or "")
    assert shown.has("[personal link]")
    assert "/my/" not in shown.html
    frame = shown.all("iframe")[0]
    assert "sandbox" in frame.attrib
    html = olga.get(frame.get("src") or "", sound=False)
    assert "/my/" not in html.html
    assert "sandbox" in html.headers["Content-Security-Policy"]


@pytest.mark.both_databases
def test_the_server_is_down_for_an_hour(
    clock: time_machine.Traveller, make_app: Callable[..., Flask], mail_server: MailServer
) -> None:
    """Case 30: the registration stands, the message waits, then goes once."""
    app = make_app(**mail_server.settings())
    with app.app_context():
        event = an_event()
    mail_server.die()
    assert register(Pages(app), event, ANA).heading == "Your place is confirmed"
    run_worker(app, once=True)
    mail_server.start()
    clock.shift(timedelta(hours=1))
    run_worker(app, once=True)
    run_worker(app, once=True)
    assert len(mail_server.to(ANA)) == 1


@pytest.mark.both_databases
def test_an_address_that_does_not_exist_is_shown_and_tried_again(
    clock: time_machine.Traveller, make_app: Callable[..., Flask], mail_server: MailServer
) -> None:
    app = make_app(**mail_server.settings())
    with app.app_context():
        event = an_event()
        owner = a_team_member(event, "owner")
    mail_server.refuse("550 5.1.1 No such person here", ANA)
    register(Pages(app), event, ANA)
    run_worker(app, once=True)
    olga = Pages(app).sign_in(owner)
    listed = olga.get(f"/manage/events/{event.slug}/registrations")
    assert listed.has("Email not delivered")
    person = listed.click("Ana Demostración")
    links = [link for link in person.all("a") if "/messages/" in (link.get("href") or "")]
    message = next(
        page for link in links if (page := olga.get(link.get("href") or "")).has(ANA) and "Send again" in page.text
    )
    assert message.has("No such person here")
    mail_server.accept()
    clock.shift(timedelta(minutes=5))
    message.submit("Send again").follow()
    run_worker(app, once=True)
    assert len(mail_server.to(ANA)) == 1


@pytest.mark.both_databases
def test_the_seminar_never_writes_to_its_real_contact_person(
    make_app: Callable[..., Flask], mail_server: MailServer
) -> None:
    """Case 37: whatever server is set up."""
    app = make_app(**{**mail_server.settings(), "demo_mail": "hold"})
    with app.app_context():
        seminar = load_seminar(now())
    pages = Pages(app)
    form = pages.get(f"/events/{seminar.slug}/register?category=government")
    days = [label for label in form.texts("label") if label.endswith(("2026", "2027", "2028"))]
    answered = {
        "Given name": "Ana",
        "Institution": "Instituto de Prueba",
        "Position": "Analista",
        "Country where you work": "Mexico",
        "#email": ANA,
        "Phone": "+52 55 5555 0101",
        "Which days will you attend?": days,
        "Nominating unit": "Unidad de Prueba",
        "Do you need travel support?": "No, my travel is covered",
    }
    assert form.submit("Send registration", answered).follow().heading == "Your place is confirmed"
    run_worker(app, once=True)
    assert [mail.recipients for mail in mail_server.received] == [(ANA,)]
