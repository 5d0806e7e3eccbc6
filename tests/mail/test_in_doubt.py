"""A server that is given a message whole and then says nothing: whether the person has it is not known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from eventreg.db import db
from eventreg.kernel.errors import Refused
from eventreg.mail import connection
from eventreg.mail.delivery import LEASE, claim_next, deliver_due
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState, MailRefusal, Outcome
from eventreg.mail.services import drop, leave, send_again
from tests.mail.outbox import START, HandClock, queue_some, stored
from tests.mail.servers import HabitServer
from tests.support.apps import AppMaker
from tests.support.mailserver import MailServer


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "VERDICT_SECONDS", 0.2)


def _deliver_until_settled(key: str, clock: HandClock) -> list[timedelta]:
    """Deliver whenever the message is due; returns how long it waited before each further try."""
    waits = []
    while (waiting := stored(key)).state is DeliveryState.QUEUED:
        assert waiting.due_at is not None
        waits.append(waiting.due_at - clock())
        clock.at = max(clock(), waiting.due_at)
        deliver_due(10, read_clock=clock)
    return waits[1:]


@pytest.mark.both_databases
def test_a_server_that_stalls_after_the_final_dot_gets_few_copies_and_a_person_decides(
    make_app: AppMaker, mail_server: MailServer
) -> None:
    # cases 31 and 62
    with make_app(**mail_server.settings()).app_context():
        (key,) = queue_some(1)
        mail_server.hang()
        clock = HandClock()
        waits = _deliver_until_settled(key, clock)
        after = stored(key)
    assert [wait / timedelta(hours=1) for wait in waits] == [4, 8, 16]
    assert len(mail_server.given) == 4
    assert {copy.message["Message-ID"] for copy in mail_server.given} == {after.message_id}
    assert (after.state, after.outcome, after.doubts) == (DeliveryState.DOUBTFUL, Outcome.IN_DOUBT, 4)
    assert (after.due_at, after.sent_at) == (None, clock())
    assert after.last_error


def test_a_line_that_breaks_after_the_final_dot_leaves_the_same_doubt(
    make_app: AppMaker, habit_server: HabitServer
) -> None:
    habit_server.habits.cuts = {1, 2, 3}
    with make_app(**habit_server.settings()).app_context():
        (key,) = queue_some(1)
        waits = _deliver_until_settled(key, HandClock())
        after = stored(key)
    assert [wait / timedelta(hours=1) for wait in waits] == [4, 8, 16]
    assert (after.state, after.attempts, len(habit_server.habits.contents)) == (DeliveryState.SENT, 4, 4)


@pytest.mark.parametrize("answer", ["451 4.3.0 Busy", "421 4.3.2 Shutting down"])
def test_a_server_that_says_no_leaves_no_doubt(make_app: AppMaker, habit_server: HabitServer, answer: str) -> None:
    habit_server.habits.answers = [answer]
    with make_app(**habit_server.settings()).app_context():
        (key,) = queue_some(1)
        deliver_due(10, read_clock=HandClock())
        waiting = stored(key)
    assert (waiting.outcome, waiting.doubts, waiting.due_at) == (Outcome.DEFERRED, 0, START + timedelta(minutes=1))


def test_a_server_that_is_silent_before_the_content_leaves_no_doubt(
    make_app: AppMaker, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MESSAGE_SECONDS", 0.0)
    with make_app(**mail_server.settings()).app_context():
        (key,) = queue_some(1)
        deliver_due(10, read_clock=HandClock())
        assert stored(key).doubts == 0
    assert mail_server.given == []


def test_a_dead_workers_message_comes_back_with_its_lease_and_is_in_no_doubt(
    make_app: AppMaker, mail_server: MailServer
) -> None:
    # case 31
    with make_app(**mail_server.settings()).app_context():
        (key,) = queue_some(1)
        assert claim_next(START) is not None
        deliver_due(10, read_clock=HandClock(START + LEASE))
        after = stored(key)
    assert (after.state, after.doubts, after.attempts) == (DeliveryState.SENT, 0, 2)


def test_what_may_have_arrived_is_not_called_failed_when_no_server_can_be_reached_for_days(
    make_app: AppMaker, mail_server: MailServer
) -> None:
    with make_app(**mail_server.settings()).app_context():
        (key,) = queue_some(1)
        mail_server.hang()
        clock = HandClock()
        deliver_due(10, read_clock=clock)
        given_at = clock()
        mail_server.die()
        clock.shift(days=2, hours=23, minutes=58)
        _deliver_until_settled(key, clock)
        after = stored(key)
    assert (after.state, after.outcome, after.sent_at) == (DeliveryState.DOUBTFUL, Outcome.UNREACHABLE, given_at)


@pytest.mark.both_databases
def test_what_is_taken_back_in_doubt_is_tried_no_more_and_not_called_taken_back(
    make_app: AppMaker, mail_server: MailServer
) -> None:
    with make_app(**mail_server.settings()).app_context():
        doubtful, waiting = queue_some(1) + queue_some(1, due_at=START + timedelta(hours=1))
        mail_server.hang()
        clock = HandClock()
        deliver_due(10, read_clock=clock)
        assert drop([doubtful, waiting], clock()) == {waiting}
        assert (stored(doubtful).state, stored(waiting).state) == (DeliveryState.DOUBTFUL, DeliveryState.DROPPED)
        clock.shift(days=1)
        deliver_due(10, read_clock=clock)
    assert len(mail_server.given) == 1


@pytest.mark.both_databases
def test_a_person_leaves_it_or_sends_it_again(make_app: AppMaker, mail_server: MailServer) -> None:
    with make_app(**mail_server.settings()).app_context():
        left, again = queue_some(2)
        mail_server.hang()
        clock = HandClock()
        for key in (left, again):
            _deliver_until_settled(key, clock)
        mail_server.accept()
        left_id, again_id = stored(left).id, stored(again).id
        event_id = db.session.scalars(select(MailMessage.event_id).limit(1)).one()
        assert event_id is not None
        leave(left_id, event_id)
        send_again(again_id, event_id, clock())
        waiting = stored(again)
        assert (waiting.doubts, waiting.attempts, waiting.sent_at) == (0, 0, None)
        for number in (left_id, again_id):
            with pytest.raises(Refused) as refused:
                leave(number, event_id)
            assert refused.value.reason is MailRefusal.NOT_DOUBTFUL
        deliver_due(10, read_clock=clock)
        assert {stored(key).state for key in (left, again)} == {DeliveryState.SENT}
