"""Held messages are files for whoever runs the machine, as they would arrive, and go when the message goes."""

from __future__ import annotations

import email
import email.policy
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from eventreg.config import Config
from eventreg.db import transaction
from eventreg.mail.connection import personal_links
from eventreg.mail.delivery import deliver_due
from eventreg.mail.held_files import held_file
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import drop, release
from tests.builders import an_event
from tests.mail.outbox import START, HandClock, a_message, queue, queue_some, stored
from tests.support.apps import AppMaker
from tests.support.mailserver import MailServer


def _files(config: Config) -> list[Path]:
    return sorted(config.held_mail.iterdir()) if config.held_mail.exists() else []


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.both_databases
def test_a_held_message_is_a_file_only_its_owner_reads(app: Flask, config: Config) -> None:
    event = an_event()
    message = a_message(event.id)
    queue(message)
    assert deliver_due(10, read_clock=HandClock()).files == 1
    held = stored(message.key)
    (path,) = _files(config)
    assert path == held_file(held.id)
    assert (_mode(path), _mode(path.parent)) == (0o600, 0o700)
    content = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert content["To"] == message.recipient
    assert content["Message-ID"] == held.message_id
    body = content.get_body(("plain",))
    assert body is not None
    assert "http://localhost/my/" in body.get_content()
    assert (held.state, held.due_at) == (DeliveryState.HELD, None)
    assert deliver_due(10, read_clock=HandClock()).was_idle


def test_the_file_of_a_held_message_that_may_have_arrived_before_goes_with_it(app: Flask, config: Config) -> None:
    (key,) = queue_some(1)
    deliver_due(10, read_clock=HandClock())
    with transaction() as session:
        session.execute(update(MailMessage).values(doubts=1))
    assert drop([key], START) == set()
    deliver_due(10, read_clock=HandClock())
    assert (stored(key).state, _files(config)) == (DeliveryState.DROPPED, [])


def test_a_message_that_may_still_be_undone_is_no_file_yet(app: Flask, config: Config) -> None:
    (key,) = queue_some(1, due_at=START + timedelta(seconds=60))
    deliver_due(10, read_clock=HandClock())
    drop([key], START)
    deliver_due(10, read_clock=HandClock(START + timedelta(hours=1)))
    assert _files(config) == []


@pytest.mark.both_databases
def test_a_message_taken_back_takes_its_file_along(app: Flask, config: Config) -> None:
    clock = HandClock()
    kept, dropped = queue_some(2)
    deliver_due(10, read_clock=clock)
    assert drop([dropped], clock()) == {dropped}
    deliver_due(10, read_clock=clock)
    assert _files(config) == [held_file(stored(kept).id)]
    assert stored(dropped).due_at is None


def test_a_message_taken_back_while_its_file_is_written_leaves_none(app: Flask, config: Config) -> None:
    clock = HandClock()
    (key,) = queue_some(1)
    links = personal_links()

    def links_while_somebody_undoes(*parts: Any) -> str:
        with app.app_context():
            drop([key], clock())
        return str(links(*parts))

    personal_links.plug(app, links_while_somebody_undoes)
    for _round in range(2):
        deliver_due(10, read_clock=clock)
    assert stored(key).state is DeliveryState.DROPPED
    assert _files(config) == []


def test_a_released_message_leaves_no_file(make_app: AppMaker, config: Config, mail_server: MailServer) -> None:
    clock = HandClock()
    with make_app().app_context():
        (key,) = queue_some(1)
        deliver_due(10, read_clock=clock)
    assert len(_files(config)) == 1
    with make_app(**mail_server.settings()).app_context():
        message = stored(key)
        assert message.event_id is not None
        release(message.id, message.event_id, clock())
        deliver_due(10, read_clock=clock)
    assert len(mail_server.received) == 1
    assert _files(config) == []


def test_held_mail_beside_mail_that_goes(make_app: AppMaker, config: Config, mail_server: MailServer) -> None:
    # case 37
    settings = {**mail_server.settings(), "demo_mail": "hold"}
    with make_app(**settings).app_context():
        event = an_event()
        held, sent = queue(
            a_message(event.id, recipient="clara@oficina.org", is_held_back=True),
            a_message(event.id, is_held_back=True),
        )
        deliver_due(10, read_clock=HandClock())
        assert (stored(held).state, stored(sent).state) == (DeliveryState.HELD, DeliveryState.SENT)
        assert _files(config) == [held_file(stored(held).id)]
    assert [mail.recipients[0].endswith(".example") for mail in mail_server.received] == [True]


def test_a_held_message_that_cannot_be_built_keeps_no_other_waiting(app: Flask, config: Config) -> None:
    broken, fine = queue_some(2)
    with transaction() as session:
        session.execute(update(MailMessage).where(MailMessage.key == broken).values(subject="a\nb"))
    deliver_due(10, read_clock=HandClock())
    assert _files(config) == [held_file(stored(fine).id)]
    assert deliver_due(10, read_clock=HandClock()).was_idle
