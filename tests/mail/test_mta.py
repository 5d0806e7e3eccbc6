"""A mail server that people run: it takes every message of ours as it is, and what it gives back finds its person."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventreg.db import db
from eventreg.kernel import clock
from eventreg.mail.bounces import Taken, take_in
from eventreg.mail.delivery import deliver_due
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import BounceKind, DeliveryState, Outcome
from tests.builders import an_event
from tests.mail.mta import ELSEWHERE, FULL, HOST, NOBODY, UNWANTED, Mta, parsed, running_mta
from tests.mail.outbox import a_message, queue, stored
from tests.registration.messages import a_seminar, all_queued, others, to_accounts
from tests.registration.test_golden_messages import LANGUAGES
from tests.support.apps import AppMaker
from tests.support.mailserver import MailServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="the system's mail server starts as root alone"),
]


@pytest.fixture
def mta(mail_server: MailServer) -> Iterator[Mta]:
    """The system's mail server, which brings what is for elsewhere to ours."""
    with running_mta(mail_server.port) as server:
        yield server


@pytest.fixture
def desk(make_app: AppMaker, mta: Mta) -> Flask:
    """An instance that sends through it."""
    return make_app(**mta.settings())


def test_every_kind_of_message_is_taken_and_arrives_whole(desk: Flask, mta: Mta) -> None:
    with desk.app_context():
        event, ours = a_seminar(), []
        for turn, language in enumerate(LANGUAGES):
            ours += all_queued(event, language, turn).values()
            ours += [message for _name, message in others(event, language)]
            list(to_accounts(event, language, f"olga.{language}@{HOST}"))
        queue(
            *(
                replace(message, key=f"mta/{number}", recipient=f"ana{number}@{HOST}", due_at=clock.now())
                for number, message in enumerate(ours)
            )
        )
        sent = {row.message_id: row for row in db.session.scalars(select(MailMessage))}
        assert len(sent) > len(ours) > 150
        assert deliver_due(len(sent)).outcomes == {Outcome.ACCEPTED: len(sent)}
    arrived = [(raw, parsed(raw)) for raw in mta.wait_for("people", len(sent))]
    assert {str(mail["Message-ID"]) for _raw, mail in arrived} == set(sent)
    for raw, mail in arrived:
        message = sent[str(mail["Message-ID"])]
        assert [part.defects for part in mail.walk() if part.defects] == []
        assert max(map(len, raw.splitlines())) <= 998
        assert raw.isascii()
        assert (str(mail["To"]), str(mail["Subject"])) == (message.recipient, message.subject)
        assert str(mail["Return-path"]).startswith(f"<bounces+{message.id}.")
        kinds_of_parts = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
        assert kinds_of_parts[:2] == ["text/plain", "text/html"]
        assert ("text/calendar" in kinds_of_parts) == bool(message.calendar)


def test_whatever_comes_back_finds_its_person(desk: Flask, mta: Mta, mail_server: MailServer) -> None:
    mail_server.refuse("550 5.1.1 No such user here", f"ana@{ELSEWHERE}")
    mail_server.refuse("552 5.2.2 Over quota", f"eva@{ELSEWHERE}")
    mail_server.refuse("554 Blocked by reputation", f"ida@{ELSEWHERE}")
    mail_server.refuse("554 5.6.0 Cannot read it", f"isa@{ELSEWHERE}")
    expected = {
        f"{NOBODY}@{HOST}": BounceKind.UNKNOWN,
        f"ana@{FULL}": BounceKind.FULL,
        f"ana@{UNWANTED}": BounceKind.BLOCKED,
        f"ana@{ELSEWHERE}": BounceKind.UNKNOWN,
        f"eva@{ELSEWHERE}": BounceKind.FULL,
        f"ida@{ELSEWHERE}": BounceKind.BLOCKED,
        f"isa@{ELSEWHERE}": BounceKind.OTHER,
    }
    with desk.app_context():
        event, now = an_event(), clock.now()
        messages = {address: a_message(event.id, recipient=address, due_at=now) for address in expected}
        well = [a_message(event.id, recipient=address, due_at=now) for address in (f"ana@{HOST}", f"luz@{ELSEWHERE}")]
        queue(*messages.values(), *well)
        assert deliver_due(20).outcomes == {Outcome.ACCEPTED: len(expected) + 2}
        came_back = mta.wait_for("bounces", len(expected))
        assert [take_in(raw, now) for raw in came_back] == [Taken.NOTED] * len(expected), mta.log()
        assert {address: stored(message.key).bounce for address, message in messages.items()} == expected
        assert [stored(message.key).state for message in well] == [DeliveryState.SENT] * 2
        queue(*(a_message(event.id, recipient=address, due_at=now) for address in expected))
        outcomes = deliver_due(20, read_clock=lambda: now + timedelta(hours=1)).outcomes
        assert outcomes.total() == len(expected) - 2, "nothing more to the two that nobody has"
