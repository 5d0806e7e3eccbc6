"""Messages are queued with the fact they tell of; organizers release, repeat and take back."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event as sqlalchemy_event, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from eventreg.db import db, transaction
from eventreg.kernel.errors import NotFound, Refused
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import GIVE_UP_AFTER, DeliveryState, MailRefusal, Outcome
from eventreg.mail.services import drop, enqueue, enqueue_all, release, send_again
from tests.builders import an_event
from tests.mail.outbox import START, a_message, queue, queue_some, stored
from tests.support.apps import AppMaker

SERVER = {"mail_server": "127.0.0.1", "mail_port": 1, "mail_default_sender": "registro@desk.example"}
REAL = "clara@oficina.org"


@pytest.fixture
def sending_app(make_app: AppMaker) -> Flask:
    """An application with a mail server configured (that is not there)."""
    return make_app(**SERVER)


def _count() -> int:
    return db.session.scalar(select(func.count()).select_from(MailMessage)) or 0


def _set(key: str, **values: object) -> int:
    with transaction() as session:
        session.execute(update(MailMessage).where(MailMessage.key == key).values(**values))
    return stored(key).id


@pytest.mark.both_databases
def test_messages_go_with_the_transaction_or_not_at_all(app: Flask) -> None:
    event = an_event()
    with suppress(IntegrityError), transaction():
        enqueue(a_message(event.id))
        assert _count() == 1
        db.session.execute(insert(MailMessage).values(key=None))
    assert _count() == 0
    queue(a_message(event.id), a_message(event.id))
    assert _count() == 2


@pytest.mark.both_databases
def test_many_messages_are_one_statement(app: Flask) -> None:
    event = an_event()
    statements: list[bool] = []
    with transaction():
        sqlalchemy_event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[5]))
        enqueue_all([a_message(event.id) for _ in range(3)])
    assert statements == [True]  # one, an executemany
    assert _count() == 3


def test_no_message_is_no_statement(app: Flask) -> None:
    enqueue_all([])
    assert _count() == 0


@pytest.mark.both_databases
def test_the_same_key_is_never_queued_twice(app: Flask) -> None:
    event = an_event()
    message = a_message(event.id)
    queue(message)
    with pytest.raises(IntegrityError):
        queue(message)
    assert _count() == 1


def test_without_a_server_a_message_is_held(app: Flask) -> None:
    # case 37
    (key,) = queue_some(1)
    assert stored(key).state is DeliveryState.HELD


@pytest.mark.parametrize(
    ("recipient", "is_held_back", "demo_mail", "state"),
    [
        (REAL, False, "hold", DeliveryState.QUEUED),
        (REAL, True, "hold", DeliveryState.HELD),
        (REAL, True, "send", DeliveryState.QUEUED),
        ("ana@instituto.example", True, "hold", DeliveryState.QUEUED),
    ],
)
def test_a_demo_holds_what_goes_to_real_people(
    make_app: AppMaker, recipient: str, is_held_back: bool, demo_mail: str, state: DeliveryState
) -> None:
    # case 37
    with make_app(**SERVER, demo_mail=demo_mail).app_context():
        (key,) = queue_some(1, recipient=recipient, is_held_back=is_held_back)
        assert stored(key).state is state


@pytest.mark.parametrize("field", ["recipient", "reply_to"])
@pytest.mark.parametrize(
    "value", ["ana@instituto.example\r\nBcc: b@c.example", "a@b.example,c@d.example", "Ana <a@b.example>"]
)
def test_a_second_recipient_or_header_is_refused(app: Flask, field: str, value: str) -> None:
    # cases 32 and 36
    event = an_event()
    with pytest.raises(ValueError, match=field), transaction():
        enqueue(a_message(event.id, **{field: value}))
    assert _count() == 0


def test_line_ends_in_titles_and_names_become_spaces(app: Flask) -> None:
    # case 32
    (key,) = queue_some(1, subject="Seminario\r\nBcc: x@y.example", sender_name="Oficina\n\x00de Prueba")
    assert stored(key).subject == "Seminario Bcc: x@y.example"
    assert stored(key).sender_name == "Oficina de Prueba"


def test_what_is_too_long_for_its_column_is_cut(app: Flask) -> None:
    (key,) = queue_some(1, subject="á" * 500, sender_name="b" * 500)
    assert len(stored(key).subject) == 400
    assert len(stored(key).sender_name) == 200


def test_message_ids_are_unique_and_tell_only_whose_address_it_is(make_app: AppMaker) -> None:
    with make_app(base_url="https://registro.méxico.example").app_context():
        messages = [stored(key) for key in queue_some(20)]
    ids = {message.message_id for message in messages}
    assert len(ids) == 20
    assert all(found.endswith("@registro.xn--mxico-bsa.example>") for found in ids)


@pytest.mark.both_databases
def test_an_organizer_releases_what_was_held(app: Flask, make_app: AppMaker) -> None:
    (key,) = queue_some(1)
    message = stored(key)
    later = START + timedelta(days=30)
    assert message.event_id is not None
    with make_app(**SERVER).app_context():
        release(message.id, message.event_id, later)
        released = stored(key)
        assert (released.state, released.due_at) == (DeliveryState.QUEUED, later)
        assert released.give_up_at == later + GIVE_UP_AFTER
        with pytest.raises(Refused) as refused:
            release(message.id, message.event_id, later)
    assert refused.value.reason is MailRefusal.NOT_HELD


def test_nothing_is_released_without_a_server(app: Flask) -> None:
    # case 37
    (key,) = queue_some(1)
    message = stored(key)
    assert message.event_id is not None
    with pytest.raises(Refused) as refused:
        release(message.id, message.event_id, START)
    assert refused.value.reason is MailRefusal.NO_SERVER
    assert stored(key).state is DeliveryState.HELD


def test_what_a_demo_holds_is_not_released_to_real_people(sending_app: Flask) -> None:
    # case 37
    with sending_app.app_context():
        (key,) = queue_some(1, recipient=REAL, is_held_back=True)
        message = stored(key)
        assert message.event_id is not None
        for act in (release, send_again):
            with pytest.raises(Refused) as refused:
                act(message.id, message.event_id, START)
            assert refused.value.reason is MailRefusal.HELD_BACK
        assert stored(key).state is DeliveryState.HELD


@pytest.mark.both_databases
def test_a_failed_message_is_sent_again_under_its_message_id(make_app: AppMaker) -> None:
    # case 30
    with make_app(**SERVER).app_context():
        (key,) = queue_some(1)
        number = _set(
            key, state=DeliveryState.FAILED, due_at=None, attempts=9, outcome=Outcome.REFUSED, last_error="550 no"
        )
        before = stored(key)
        assert before.event_id is not None
        send_again(number, before.event_id, START)
        after = stored(key)
        assert (after.state, after.attempts, after.outcome, after.last_error) == (DeliveryState.QUEUED, 0, None, "")
        assert after.message_id == before.message_id
        with pytest.raises(Refused) as refused:
            send_again(number, before.event_id, START)
        assert refused.value.reason is MailRefusal.NOT_FAILED


def test_another_events_message_does_not_exist(sending_app: Flask) -> None:
    # case 2
    with sending_app.app_context():
        (key,) = queue_some(1)
        other = an_event()
        for act in (release, send_again):
            with pytest.raises(NotFound):
                act(stored(key).id, other.id, START)


@pytest.mark.both_databases
@pytest.mark.parametrize("state", list(DeliveryState))
def test_only_what_still_waits_is_taken_back(make_app: AppMaker, state: DeliveryState) -> None:
    with make_app(**SERVER).app_context():
        (key,) = queue_some(1)
        _set(key, state=state)
        waits = state in (DeliveryState.QUEUED, DeliveryState.HELD)
        assert drop([key], START) == ({key} if waits else set())
        assert stored(key).state is (DeliveryState.DROPPED if waits else state)


def test_taking_back_joins_the_callers_transaction(sending_app: Flask) -> None:
    with sending_app.app_context():
        (key,) = queue_some(1)
        with suppress(IntegrityError), transaction():
            assert drop([key], START) == {key}
            db.session.execute(insert(MailMessage).values(key=None))
        assert stored(key).state is DeliveryState.QUEUED
