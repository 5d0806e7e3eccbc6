"""What organizers and whoever runs the instance can see of the outbox."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from eventreg.db import db, transaction
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound
from eventreg.mail.models import MailMessage
from eventreg.mail.queries import (
    count_backlog,
    get_message,
    list_latest_states,
)
from eventreg.mail.rules import DeliveryState, Outcome, Standing
from tests.builders import an_account, an_event
from tests.mail.outbox import START, a_message, queue, stored


def _set(key: str, **values: object) -> None:
    with transaction() as session:
        session.execute(update(MailMessage).where(MailMessage.key == key).values(**values))


def test_a_message_is_found_under_its_event_only(app: Flask) -> None:
    # case 2
    event, other = an_event(), an_event()
    (key,) = queue(a_message(event.id))
    number = stored(key).id
    assert get_message(event.id, number).key == key
    for event_id, message_id in ((other.id, number), (event.id, number + 1)):
        with pytest.raises(NotFound):
            get_message(event_id, message_id)


def test_an_accounts_mail_is_found_under_no_event(app: Flask) -> None:
    event, account = an_event(), an_account()
    (key,) = queue(a_message(None, account_id=account.id, record_kind="account", record_id=account.id))
    with pytest.raises(NotFound):
        get_message(event.id, stored(key).id)


@pytest.mark.both_databases
def test_the_newest_message_to_each_participant_stands_for_the_person(app: Flask) -> None:
    event = an_event()
    old, new, dropped, contact, retried = queue(
        a_message(event.id, record_id=1),
        a_message(event.id, record_id=1),
        a_message(event.id, record_id=1),
        a_message(event.id, record_id=1, audience="contact"),
        a_message(event.id, record_id=2),
    )
    _set(old, state=DeliveryState.FAILED)
    _set(new, state=DeliveryState.SENT)
    _set(dropped, state=DeliveryState.DROPPED)
    _set(contact, state=DeliveryState.FAILED)
    _set(retried, state=DeliveryState.QUEUED, attempts=2)
    assert list_latest_states(event.id, [1, 2, 3]) == {1: Standing.SENT, 2: Standing.RETRYING}
    assert list_latest_states(an_event().id, [1, 2]) == {}
    assert list_latest_states(event.id, []) == {}


@pytest.mark.both_databases
def test_a_message_nobody_takes_is_noticed(app: Flask) -> None:
    # case 61
    event = an_event()
    queue(a_message(event.id, due_at=START), a_message(event.id, due_at=START + timedelta(minutes=5)))
    connection = db.session.connection()
    assert count_backlog(connection, START + timedelta(minutes=9))[3:] == (0, None)
    assert count_backlog(connection, START + timedelta(minutes=30))[3:] == (2, START)


@pytest.mark.both_databases
def test_a_message_is_as_old_as_its_queuing_however_often_it_is_put_off(app: Flask) -> None:
    # case 61
    event, at = an_event(), now()
    first, second = queue(a_message(event.id, due_at=at), a_message(event.id, due_at=at))
    with transaction() as session:
        tried = {"due_at": at + timedelta(hours=4), "outcome": Outcome.DEFERRED, "attempts": 6}
        session.execute(update(MailMessage).values(state=DeliveryState.QUEUED))
        session.execute(update(MailMessage).where(MailMessage.key == first).values(tried))
        session.execute(update(MailMessage).where(MailMessage.key == second).values(due_at=at + timedelta(hours=4)))
    connection = db.session.connection()
    soon = count_backlog(connection, at + timedelta(minutes=20))
    assert (soon.deferred, soon.old, soon.stuck) == (1, 0, 0)
    later = count_backlog(connection, at + timedelta(hours=1))
    assert (later.deferred, later.old, later.stuck) == (1, 1, 0), "the other one is not to go yet"
    assert later.oldest is not None
    assert abs(later.oldest - at) < timedelta(minutes=1)
