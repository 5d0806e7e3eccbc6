"""What sending never does: leave the machine unasked, tell the log, hold the database, forget what went."""

from __future__ import annotations

import logging
import sqlite3
import threading
from datetime import timedelta

import pytest
from flask import Flask

from eventreg.db import db, transaction
from eventreg.mail.connection import Carrier
from eventreg.mail.delivery import deliver_due
from eventreg.mail.held_files import held_file
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState, Outcome
from tests.builders import an_event
from tests.mail.outbox import START, HandClock, a_message, queue, queue_some, stored
from tests.support.apps import AppMaker
from tests.support.mailserver import MailServer


def test_no_message_is_sent_for_a_held_event_even_if_it_was_queued(make_app: AppMaker, mail_server: MailServer) -> None:
    # case 37: queued while EVENTREG_DEMO_MAIL was "send", sent by a worker for which it is not
    clock = HandClock()
    settings = mail_server.settings()
    with make_app(**settings).app_context():
        (key,) = queue_some(1, recipient="clara@oficina.org", is_held_back=True)
        assert stored(key).state is DeliveryState.QUEUED
    with make_app(**{**settings, "demo_mail": "hold"}).app_context():
        assert deliver_due(10, read_clock=clock).outcomes == {Outcome.KEPT: 1}
        assert stored(key).state is DeliveryState.HELD
        assert held_file(stored(key).id).exists()
        clock.shift(days=1)
        assert deliver_due(10, read_clock=clock).was_idle
    assert mail_server.received == []


@pytest.mark.both_databases
def test_what_is_queued_is_held_when_there_is_no_server_any_more(make_app: AppMaker, mail_server: MailServer) -> None:
    with make_app(**mail_server.settings()).app_context():
        (key,) = queue_some(1)
    with make_app().app_context():
        deliver_due(10, read_clock=HandClock())
        assert stored(key).state is DeliveryState.HELD
    with make_app(**mail_server.settings()).app_context():
        assert deliver_due(10, read_clock=HandClock(START + timedelta(days=1))).was_idle
    assert mail_server.received == []


def test_the_log_names_no_person_subject_or_link(
    make_app: AppMaker, mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    # case 7
    caplog.set_level(logging.DEBUG, logger="eventreg")
    clock = HandClock()
    with make_app(**mail_server.settings()).app_context():
        event = an_event()
        message = a_message(event.id)
        queue(message)
        for refusal in ("451 4.3.0 ana.demo: not now", "550 5.1.1 ana.demo: never"):
            mail_server.refuse(refusal)
            deliver_due(10, read_clock=clock)
            clock.shift(minutes=1)
        number = stored(message.key).id
    written = [record.getMessage() for record in caplog.records if record.name.startswith("eventreg.mail")]
    assert [line for line in written if f"Message {number}, try" in line]
    for secret in ("ana.demo", "instituto.example", "confirmado", "/my/", message.marker):
        assert not [line for line in written if secret in line]


def test_no_database_connection_is_held_while_the_server_is_talked_to(
    make_app: AppMaker, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    hand_over = Carrier.hand_over

    def watched(self: Carrier, *args: str) -> object:
        held.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]
        return hand_over(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Carrier, "hand_over", watched)
    with make_app(**mail_server.settings()).app_context():
        queue_some(2)
        deliver_due(10, read_clock=HandClock())
    assert held == [0, 0]


def test_it_stops_after_the_message_in_hand(make_app: AppMaker, mail_server: MailServer) -> None:
    with make_app(**mail_server.settings()).app_context():
        keys = queue_some(3)
        deliver_due(10, read_clock=HandClock(), should_stop=lambda: len(mail_server.received) == 1)
        states = [stored(key).state for key in keys]
    assert states == [DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.QUEUED]


@pytest.mark.both_databases
def test_a_message_erased_while_it_is_sent_stays_erased(make_app: AppMaker, mail_server: MailServer) -> None:
    with make_app(**mail_server.settings()).app_context() as _:
        (key,) = queue_some(1)
        number = stored(key).id

        def erase() -> bool:
            with transaction() as session:
                session.query(MailMessage).filter(MailMessage.id == number).delete()
            return False

        deliver_due(10, read_clock=HandClock(), should_stop=erase)
        assert db.session.get(MailMessage, number) is None


def test_an_outcome_is_recorded_even_if_the_database_is_busy(make_app: AppMaker, mail_server: MailServer) -> None:
    # A message that went must not go twice because somebody else was writing.
    with make_app(**mail_server.settings()).app_context():
        (key,) = queue_some(1)
        path = db.engine.url.database
        assert path is not None
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

        def block() -> bool:
            if not other.in_transaction:
                other.execute("BEGIN IMMEDIATE")
                threading.Timer(6, other.rollback).start()
            return False

        deliver_due(10, read_clock=HandClock(), should_stop=block)
        assert stored(key).state is DeliveryState.SENT
        other.close()
    assert len(mail_server.received) == 1


def test_held_mail_leaves_nothing(app: Flask, mail_server: MailServer) -> None:
    # case 37
    (key,) = queue_some(1)
    deliver_due(10, read_clock=HandClock(START + timedelta(days=1)))
    assert stored(key).state is DeliveryState.HELD
    assert mail_server.received == []
