"""The machine's clock was ahead for a while: nothing waits for the time it showed, and nothing goes early."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from eventreg.mail import connection
from eventreg.mail.delivery import LEASE, claim_next, deliver_due
from eventreg.mail.rules import GIVE_UP_AFTER, DeliveryState, Outcome
from tests.mail.outbox import START, HandClock, queue_some, stored
from tests.support.apps import AppMaker
from tests.support.mailserver import MailServer

AHEAD = START + timedelta(days=10)


@pytest.mark.both_databases
def test_mail_queued_while_the_clock_was_ahead_goes_when_it_comes_back(
    make_app: AppMaker, mail_server: MailServer
) -> None:
    # case 30
    with make_app(**mail_server.settings()).app_context():
        with time_machine.travel(AHEAD, tick=False):
            (key,) = queue_some(1, due_at=AHEAD)
        deliver_due(10, read_clock=HandClock(START))
        assert stored(key).state is DeliveryState.SENT
    assert len(mail_server.received) == 1


@pytest.mark.both_databases
def test_the_minute_to_undo_lasts_a_minute_from_the_right_time(make_app: AppMaker, mail_server: MailServer) -> None:
    with make_app(**mail_server.settings()).app_context():
        with time_machine.travel(AHEAD, tick=False):
            (key,) = queue_some(1, due_at=AHEAD + timedelta(seconds=60))
        clock = HandClock(START)
        assert deliver_due(10, read_clock=clock).was_idle
        waiting = stored(key)
        assert (waiting.due_at, waiting.due_set_at) == (START + timedelta(seconds=60), START)
        assert waiting.give_up_at == START + GIVE_UP_AFTER
        clock.shift(seconds=59)
        assert deliver_due(10, read_clock=clock).was_idle
        clock.shift(seconds=1)
        assert deliver_due(10, read_clock=clock).outcomes == {Outcome.ACCEPTED: 1}


@pytest.mark.both_databases
def test_what_is_meant_for_later_is_not_early(make_app: AppMaker, mail_server: MailServer) -> None:
    with make_app(**mail_server.settings()).app_context():
        with time_machine.travel(START, tick=False):
            (key,) = queue_some(1, due_at=START + timedelta(days=2))
        for hours in (0, 1, 47):
            assert deliver_due(10, read_clock=HandClock(START + timedelta(hours=hours))).was_idle
        # A clock that is corrected by less than machines may differ, or goes ahead, changes nothing.
        assert deliver_due(10, read_clock=HandClock(START - timedelta(seconds=50))).was_idle
        assert stored(key).due_at == START + timedelta(days=2)


def test_a_delay_between_two_tries_lasts_as_long_as_it_should(
    make_app: AppMaker, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "VERDICT_SECONDS", 0.2)
    with make_app(**mail_server.settings()).app_context():
        deferred, doubtful = queue_some(1, recipient="ana@instituto.example") + queue_some(1)
        mail_server.refuse("451 4.7.1 Greylisted", "ana@instituto.example")
        mail_server.hang()
        deliver_due(10, read_clock=HandClock(START + timedelta(days=2)))
        clock = HandClock(START)
        assert deliver_due(10, read_clock=clock).was_idle
        assert stored(deferred).due_at == START + timedelta(minutes=1)
        assert stored(doubtful).due_at == START + timedelta(hours=4)


@pytest.mark.both_databases
def test_a_dead_workers_lease_ends_though_its_clock_was_ahead(make_app: AppMaker, mail_server: MailServer) -> None:
    # case 31
    with make_app(**mail_server.settings()).app_context():
        (key,) = queue_some(1)
        assert claim_next(AHEAD) is not None
        clock = HandClock(START)
        assert deliver_due(10, read_clock=clock).was_idle
        clock.at += LEASE
        deliver_due(10, read_clock=clock)
        assert stored(key).state is DeliveryState.SENT


def test_what_was_held_while_the_clock_was_ahead_gets_its_file(make_app: AppMaker) -> None:
    with make_app().app_context():
        with time_machine.travel(AHEAD, tick=False):
            queue_some(1, due_at=AHEAD)
        assert deliver_due(10, read_clock=HandClock(START)).files == 1
