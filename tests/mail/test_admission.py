"""The pace at which mail goes, kept by all workers together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from eventreg.db import db, transaction
from eventreg.mail.admission import forget_lanes
from eventreg.mail.delivery import Share, claim_next, deliver_due
from eventreg.mail.models import Lane, MailMessage
from eventreg.mail.rules import DeliveryState
from tests.builders import an_account, an_event
from tests.mail.outbox import START, HandClock, a_message, queue, queue_some, stored
from tests.support.apps import AppMaker
from tests.support.mailserver import MailServer


def _pass(clock: HandClock, minutes: int, step: float = 2.5) -> list[int]:
    """Let two workers look again and again for so long; return how many went in each minute."""
    gone = []
    for _minute in range(minutes):
        gone.append(0)
        for _look in range(int(60 / step)):
            gone[-1] += sum(deliver_due(5, read_clock=clock).outcomes.total() for _worker in (1, 2))
            clock.shift(seconds=step)
    return gone


@pytest.mark.both_databases
def test_no_minute_has_more_than_the_rate_and_nobody_waits_for_ever(
    make_app: AppMaker, mail_server: MailServer
) -> None:
    with make_app(**mail_server.settings(), mail_rate=20).app_context():
        queue_some(50)
        gone = _pass(clock := HandClock(), 4)
        assert sum(gone) == 50
        assert max(gone) <= 20
        assert gone[0] >= 18
        # After an outage nothing rushes.
        queue_some(30, due_at=clock.shift(hours=2))
        clock.shift(hours=3)
        assert max(_pass(clock, 2)) <= 20


def test_one_domain_does_not_keep_the_others_waiting(make_app: AppMaker, mail_server: MailServer) -> None:
    with make_app(**mail_server.settings(), mail_domain_rate=10).app_context():
        event = an_event()
        slow = [a_message(event.id, recipient=f"ana{n}@Correo.example") for n in range(12)]
        queue(*slow, *(a_message(event.id, recipient=f"eva@otro{n}.example") for n in range(12)))
        clock = HandClock()
        assert deliver_due(50, read_clock=clock).outcomes.total() == 13
        assert deliver_due(50, read_clock=clock).was_idle
        waiting = db.session.scalars(db.select(MailMessage.due_at).where(MailMessage.due_at.is_not(None))).all()
        assert len(set(waiting)) == 11, "each has a turn of its own"
        assert max(_pass(clock, 2)) <= 10
        assert len(mail_server.received) == 24
        with transaction():
            forget_lanes(clock.shift(hours=2))
        assert db.session.scalar(db.select(Lane)) is None


@pytest.mark.both_databases
def test_what_two_workers_lease_together_is_within_the_rate(make_app: AppMaker, mail_server: MailServer) -> None:
    with make_app(**mail_server.settings(), mail_rate=100).app_context():
        queue_some(60)
        shares = [Share(30), Share(30)]
        for share in shares:
            assert claim_next(START, share) is not None or not share.messages
        leased = sum(len(share.messages) for share in shares) + 1
        assert leased <= 11, "a tenth may be caught up on, and one is due"
        assert claim_next(START + timedelta(seconds=1), Share(30)) is not None


def test_a_domain_with_a_long_row_keeps_no_other_waiting_where_all_mail_has_a_rate_too(
    make_app: AppMaker, mail_server: MailServer
) -> None:
    with make_app(**mail_server.settings(), mail_rate=60, mail_domain_rate=1).app_context():
        queue_some(40, recipient="ana@correo.example")
        deliver_due(50, read_clock=(clock := HandClock()))
        event, at = an_event(), clock.shift(minutes=1)
        queue(*(a_message(event.id, recipient=f"eva@otro{n}.example", due_at=at) for n in range(20)))
        assert sum(_pass(clock, 2)) >= 20


def test_who_signs_in_waits_behind_nobody(make_app: AppMaker, mail_server: MailServer) -> None:
    with make_app(**mail_server.settings(), mail_rate=20).app_context():
        queue_some(80)
        deliver_due(80, read_clock=(clock := HandClock()))
        (key,) = queue(a_message(None, account_id=an_account().id))
        _pass(clock, 1)
        assert stored(key).state is DeliveryState.SENT


@pytest.mark.parametrize("rates", [{"mail_rate": 60}, {"mail_domain_rate": 60}])
def test_a_clock_that_was_ahead_stops_no_mail(make_app: AppMaker, mail_server: MailServer, rates: Any) -> None:
    with make_app(**mail_server.settings(), **rates).app_context():
        queue_some(20, recipient="ana@correo.example", due_at=START + timedelta(days=300))
        assert deliver_due(30, read_clock=HandClock(START + timedelta(days=300))).outcomes.total() == 1
        queue_some(2, recipient="eva@correo.example")
        assert sum(_pass(HandClock(), 1)) == 21
