"""What is due is sent, put off, given up or kept, and the row says which. The servers are real ones on loopback."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from eventreg.mail.content import link_marker
from eventreg.mail.delivery import deliver_due
from eventreg.mail.rules import DeliveryState, Outcome
from eventreg.mail.services import send_again
from tests.builders import an_event
from tests.mail.outbox import START, HandClock, a_message, queue, queue_some, stored
from tests.mail.servers import HabitServer
from tests.support.apps import AppMaker
from tests.support.mailserver import MailServer


@pytest.mark.both_databases
def test_a_due_message_arrives_whole(make_app: AppMaker, mail_server: MailServer) -> None:
    app = make_app(**mail_server.settings(), base_url="https://registro.instituto.example")
    with app.app_context():
        event = an_event()
        message = a_message(event.id)
        queue(message)
        sent = deliver_due(10, read_clock=HandClock())
        after = stored(message.key)
    assert sent.outcomes == {Outcome.ACCEPTED: 1}
    (mail,) = mail_server.received
    assert mail.recipients == (message.recipient,)
    assert mail.sender == "registro@instituto.example"
    assert mail.message["Subject"] == message.subject
    assert mail.message["Message-ID"] == after.message_id
    assert mail.message["From"] == '"Oficina de Prueba, registro" <registro@instituto.example>'
    assert "https://registro.instituto.example/my/" in mail.text
    assert message.marker not in mail.text + mail.html
    assert (after.state, after.sent_at, after.due_at, after.attempts) == (DeliveryState.SENT, START, None, 1)


def test_nothing_goes_before_its_time(make_app: AppMaker, mail_server: MailServer) -> None:
    clock = HandClock()
    with make_app(**mail_server.settings()).app_context():
        queue_some(1, due_at=START + timedelta(seconds=60))
        clock.shift(seconds=59)
        assert deliver_due(10, read_clock=clock).was_idle
        clock.shift(seconds=1)
        assert deliver_due(10, read_clock=clock).outcomes == {Outcome.ACCEPTED: 1}
    assert len(mail_server.received) == 1


def test_the_oldest_goes_first_and_not_more_than_asked_for(make_app: AppMaker, mail_server: MailServer) -> None:
    with make_app(**mail_server.settings()).app_context():
        event = an_event()
        queue(*(a_message(event.id, due_at=START - timedelta(minutes=n), subject=str(n)) for n in (1, 3, 2)))
        assert deliver_due(2, read_clock=HandClock()).outcomes.total() == 2
    assert [mail.message["Subject"] for mail in mail_server.received] == ["3", "2"]


def test_each_person_gets_a_message_of_their_own(make_app: AppMaker, mail_server: MailServer) -> None:
    # case 36
    with make_app(**mail_server.settings()).app_context():
        queue_some(3)
        deliver_due(10, read_clock=HandClock())
    recipients = {mail.recipients[0] for mail in mail_server.received}
    assert len(recipients) == 3
    for mail in mail_server.received:
        assert len(mail.recipients) == 1
        assert not [other for other in recipients - set(mail.recipients) if other.encode() in mail.raw]


@pytest.mark.both_databases
def test_a_server_that_is_down_is_waited_for(make_app: AppMaker, mail_server: MailServer) -> None:
    # case 30
    clock = HandClock()
    with make_app(**mail_server.settings()).app_context():
        (key,) = queue_some(1)
        mail_server.die()
        met = deliver_due(10, read_clock=clock)
        waiting = stored(key)
        assert met.met_no_server
        assert (waiting.state, waiting.outcome) == (DeliveryState.QUEUED, Outcome.UNREACHABLE)
        assert waiting.due_at == START + timedelta(seconds=5)
        assert "refused" in waiting.last_error
        mail_server.start()
        assert deliver_due(10, read_clock=clock).was_idle
        clock.shift(seconds=5)
        deliver_due(10, read_clock=clock)
        assert stored(key).state is DeliveryState.SENT
    assert [mail.message["Message-ID"] for mail in mail_server.received] == [waiting.message_id]


def test_no_second_message_is_tried_on_a_server_that_is_down(make_app: AppMaker, mail_server: MailServer) -> None:
    with make_app(**mail_server.settings()).app_context():
        first, second = queue_some(2)
        mail_server.die()
        assert deliver_due(10, read_clock=HandClock()).outcomes.total() == 1
        assert (stored(first).attempts, stored(second).attempts) == (1, 0)


@pytest.mark.both_databases
def test_a_temporary_refusal_is_tried_again_under_the_same_message_id(
    make_app: AppMaker, mail_server: MailServer
) -> None:
    # cases 30 and 31
    clock = HandClock()
    with make_app(**mail_server.settings()).app_context():
        (key,) = queue_some(1)
        mail_server.refuse("451 4.7.1 Greylisted, <ana.demo@instituto.example> try later")
        deliver_due(10, read_clock=clock)
        waiting = stored(key)
        assert (waiting.state, waiting.outcome) == (DeliveryState.QUEUED, Outcome.DEFERRED)
        assert waiting.due_at == START + timedelta(minutes=1)
        assert waiting.last_error == "451 4.7.1 Greylisted, […] try later"
        mail_server.accept()
        clock.shift(minutes=1)
        deliver_due(10, read_clock=clock)
        sent = stored(key)
    assert (sent.state, sent.attempts, sent.last_error) == (DeliveryState.SENT, 2, "")
    assert [mail.message["Message-ID"] for mail in mail_server.received] == [waiting.message_id]


def test_a_message_is_given_up_after_three_days(make_app: AppMaker, mail_server: MailServer) -> None:
    clock = HandClock()
    with make_app(**mail_server.settings()).app_context():
        (key,) = queue_some(1)
        mail_server.refuse("451 4.3.0 Not now")
        tries = 0
        while (waiting := stored(key)).state is DeliveryState.QUEUED:
            assert waiting.due_at is not None
            clock.at = waiting.due_at
            tries += deliver_due(10, read_clock=clock).outcomes.total()
        assert waiting.state is DeliveryState.FAILED
        assert waiting.due_at is None
    assert tries > 10
    assert timedelta(days=2, hours=20) < clock.at - START <= timedelta(days=3)


@pytest.mark.both_databases
def test_a_refusal_for_good_is_shown_and_can_be_sent_again(make_app: AppMaker, mail_server: MailServer) -> None:
    # case 30
    clock = HandClock()
    with make_app(**mail_server.settings()).app_context():
        (key,) = queue_some(1)
        mail_server.refuse("550 5.1.1 No such person")
        deliver_due(10, read_clock=clock)
        failed = stored(key)
        assert (failed.state, failed.outcome) == (DeliveryState.FAILED, Outcome.REFUSED)
        assert failed.last_error == "550 5.1.1 No such person"
        clock.shift(days=10)
        assert deliver_due(10, read_clock=clock).was_idle
        mail_server.accept()
        assert failed.event_id is not None
        send_again(failed.id, failed.event_id, clock())
        deliver_due(10, read_clock=clock)
        assert stored(key).state is DeliveryState.SENT
    assert [mail.message["Message-ID"] for mail in mail_server.received] == [failed.message_id]


def test_one_refusal_does_not_keep_others_waiting(make_app: AppMaker, mail_server: MailServer) -> None:
    with make_app(**mail_server.settings()).app_context():
        event = an_event()
        queue(*(a_message(event.id, recipient=f"{name}@instituto.example") for name in ("ana", "eva", "luz")))
        mail_server.refuse("550 5.1.1 No such person", "ana@instituto.example")
        outcomes = deliver_due(10, read_clock=HandClock()).outcomes
    assert outcomes == {Outcome.REFUSED: 1, Outcome.ACCEPTED: 2}


def test_a_content_that_is_refused_for_good_fails(make_app: AppMaker, habit_server: HabitServer) -> None:
    habit_server.habits.answers = ["554 5.7.1 Looks like spam", "451 4.3.0 Busy", "250 OK"]
    with make_app(**habit_server.settings()).app_context():
        first, second, third = queue_some(3)
        deliver_due(10, read_clock=HandClock())
        states = [stored(key).state for key in (first, second, third)]
    assert states == [DeliveryState.FAILED, DeliveryState.QUEUED, DeliveryState.SENT]


def test_a_message_that_cannot_be_built_fails_and_others_go(
    make_app: AppMaker, mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    with make_app(**mail_server.settings()).app_context():
        event = an_event()
        broken = a_message(event.id)
        link = link_marker(broken.marker, "no_such_purpose", "AAAAAAAAAAAA", 1)
        broken = a_message(event.id, marker=broken.marker, text=f"Hola {link}")
        queue(broken, a_message(event.id))
        assert deliver_due(10, read_clock=HandClock()).outcomes == {Outcome.UNSENDABLE: 1, Outcome.ACCEPTED: 1}
        assert stored(broken.key).state is DeliveryState.FAILED
    (fault,) = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert "Error at eventreg/registration/services/links.py" in fault
    assert "no_such_purpose" not in fault
