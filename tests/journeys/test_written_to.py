"""From words in the list to the mailboxes: a minute to stop it, then each once, with a link that opens their own page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from eventreg.worker import run_worker
from tests.builders import a_registration, a_team_member, an_event
from tests.journeys.people import own_link
from tests.support.mailserver import MailServer
from tests.support.pages import Pages


@pytest.mark.both_databases
def test_each_gets_it_after_a_minute_and_comes_to_their_own_page(
    make_app: Callable[..., Flask], mail_server: MailServer, clock: time_machine.Traveller
) -> None:
    """Cases 30, 31, 36: also when the server is down at first, each once."""
    app = make_app(**mail_server.settings())
    with app.app_context():
        event = an_event()
        people = [
            a_registration(event, "academia", "confirmed", given_name=name, language="en") for name in ("Ana", "Eva")
        ]
        desk = Pages(app).sign_in(a_team_member(event))
    addresses = [person.email for person in people]
    known = [(person.full_name, person.reference) for person in people]

    chosen = {"act": "write", "chosen": [f"{person.reference}.{person.revision}" for person in people]}
    draft = desk.post(f"/manage/events/{event.slug}/registrations/runs", chosen, 303, token=True).follow()
    draft.submit(
        "Send to 2 people",
        {"Subject": "The bus", "Message text": "{greeting}\n\nIt leaves at 8. [Your page]({link})"},
        303,
    )
    run_worker(app, once=True)
    assert mail_server.received == [], "it can still be stopped"

    mail_server.refuse("451 4.3.0 Later")
    clock.shift(timedelta(seconds=121))
    run_worker(app, once=True)
    mail_server.accept()
    clock.shift(timedelta(minutes=2))
    run_worker(app, once=True)
    run_worker(app, once=True)
    for address, (name, reference), other in zip(addresses, known, reversed(addresses), strict=True):
        (mail,) = mail_server.to(address)
        assert mail.message["Subject"] == "The bus"
        assert "clara@anfitriona.example" in mail.message["Reply-To"]
        assert other not in mail.raw.decode()
        assert f"Dear {name}," in mail.text
        assert Pages(app).get(own_link(mail).rstrip(">")).has(reference)
