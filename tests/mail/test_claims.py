"""One message, one worker. The twin without the lease shows what would happen."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from eventreg.db import db, transaction
from eventreg.kernel import clock
from eventreg.mail.connection import MESSAGE_SECONDS, Attempt
from eventreg.mail.delivery import LEASE, Share, claim_next, deliver_due, settle
from eventreg.mail.leases import Leases
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState, Outcome
from eventreg.mail.services import drop
from tests.mail.outbox import START, HandClock, queue_some, stored
from tests.support.apps import AppMaker
from tests.support.killed import Work
from tests.support.mailserver import MailServer
from tests.support.statements import counted
from tests.support.waiting import join, meeting

SERVER = {"mail_server": "127.0.0.1", "mail_port": 1, "mail_default_sender": "registro@desk.example"}
WORKERS = 4

Claim = Callable[[datetime, threading.Barrier], MailMessage | None]


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An application with a mail server configured (that is not there)."""
    return make_app(**SERVER)


def _claim(now: datetime, barrier: threading.Barrier) -> MailMessage | None:
    barrier.wait()
    return claim_next(now)


def _claim_without_lease(now: datetime, barrier: threading.Barrier) -> MailMessage | None:
    """Look what is due, and take it afterwards without looking again."""
    due = db.session.scalar(
        select(MailMessage.id).where(MailMessage.due_at <= now).order_by(MailMessage.due_at, MailMessage.id).limit(1)
    )
    db.session.rollback()
    barrier.wait()
    with transaction() as session:
        taking = update(MailMessage).where(MailMessage.id == due).values(due_at=now + LEASE).returning(MailMessage)
        return session.scalars(taking).one_or_none()


def _claimed_at_once(app: Flask, claim: Claim) -> list[int]:
    """Have several workers claim at the same moment; returns the ids of what they got."""
    barrier = meeting(WORKERS)
    got: list[int] = []

    def work() -> None:
        with app.app_context():
            message = claim(START, barrier)
            if message is not None:
                got.append(message.id)

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    join(threads)
    return got


@pytest.mark.both_databases
@pytest.mark.parametrize("waiting", [1, WORKERS])
def test_workers_never_claim_the_same_message(app: Flask, waiting: int) -> None:
    # case 31
    with app.app_context():
        queue_some(waiting)
    got = _claimed_at_once(app, _claim)
    assert len(got) == waiting
    assert len(set(got)) == waiting


@pytest.mark.both_databases
def test_twin_without_the_lease_they_do(app: Flask) -> None:
    # case 31: what the lease is for
    with app.app_context():
        queue_some(1)
    assert len(_claimed_at_once(app, _claim_without_lease)) == WORKERS


@pytest.mark.both_databases
def test_a_message_comes_back_when_its_worker_dies(app: Flask) -> None:
    with app.app_context():
        (key,) = queue_some(1)
        first = claim_next(START)
        assert first is not None
        assert claim_next(START + LEASE - timedelta(seconds=1)) is None
        second = claim_next(START + LEASE)
        assert second is not None
        assert (second.id, second.message_id, second.attempts) == (first.id, first.message_id, 2)
        assert stored(key).state is DeliveryState.SENDING


@pytest.mark.both_databases
@pytest.mark.parametrize("outcome", [Outcome.DEFERRED, Outcome.REFUSED, Outcome.UNREACHABLE, Outcome.KEPT])
def test_a_worker_that_lost_its_lease_changes_nothing(app: Flask, outcome: Outcome) -> None:
    with app.app_context():
        (key,) = queue_some(1)
        late = claim_next(START)
        assert late is not None
        claim_next(START + LEASE)
        before = stored(key)
        settle(late, Attempt(outcome, "451 later"), START + LEASE)
        after = stored(key)
    assert (after.state, after.due_at, after.outcome) == (DeliveryState.SENDING, before.due_at, None)


@pytest.mark.both_databases
def test_what_was_sent_is_sent_whoever_has_the_lease(app: Flask) -> None:
    with app.app_context():
        (key,) = queue_some(1)
        late = claim_next(START)
        other = claim_next(START + LEASE)
        assert late is not None
        assert other is not None
        settle(late, Attempt(Outcome.ACCEPTED), START + LEASE)
        settle(other, Attempt(Outcome.REFUSED, "550 no"), START + LEASE)
        assert stored(key).state is DeliveryState.SENT


@pytest.mark.both_databases
def test_what_a_worker_has_in_hand_is_not_taken_back(app: Flask) -> None:
    with app.app_context():
        first, second = queue_some(2)
        claim_next(START)
        assert drop([first, second], START) == {second}
        assert claim_next(START) is None


@pytest.mark.both_databases
def test_of_a_share_only_what_is_in_hand_is_lost_with_its_worker(app: Flask) -> None:
    # case 31: the others are as they were, nobody else's until the lease ends, and can be taken back
    with app.app_context():
        keys = queue_some(4)
        share = Share(3)
        first = claim_next(START, share)
        assert first is not None
        assert [stored(key).attempts for key in keys] == [1, 0, 0, 0]
        assert [stored(key).state for key in keys] == [DeliveryState.SENDING, *[DeliveryState.QUEUED] * 3]
        other = claim_next(START)
        assert other is not None
        assert other.id == stored(keys[3]).id
        assert claim_next(START) is None
        assert drop(keys, START) == {keys[1], keys[2]}
        assert claim_next(START, share) is None
        again = claim_next(START + LEASE)
        assert again is not None
        assert (again.id, again.attempts) == (first.id, 2)


@pytest.mark.both_databases
def test_what_a_killed_worker_never_took_in_hand_is_the_next_ones_at_once(
    make_app: AppMaker, instance: Path, mail_server: MailServer, work: Work
) -> None:
    # cases 31, 62
    settings = {f"EVENTREG_{name.upper()}": str(value) for name, value in mail_server.settings().items()}
    with make_app(**mail_server.settings()).app_context():
        keys = queue_some(4, due_at=clock.now())
        assert work("eventreg.mail.composition.compose", dies_at=2, **settings) == -signal.SIGKILL
        deliver_due(10)
        after = [stored(key) for key in keys]
        left = list(instance.joinpath("leases").iterdir())
    assert [message.state for message in after] == [
        DeliveryState.SENT,
        DeliveryState.SENDING,
        *[DeliveryState.SENT] * 2,
    ]
    assert [message.attempts for message in after] == [1] * 4
    assert (len(mail_server.received), left) == (3, [])


@pytest.mark.both_databases
def test_what_a_worker_leased_is_its_own_while_it_lives_and_nobodys_after_an_error(
    make_app: AppMaker, mail_server: MailServer
) -> None:
    with make_app(**mail_server.settings()).app_context():
        keys = queue_some(3)
        with suppress(ConnectionError), Leases() as leases:
            assert claim_next(START, Share(3, leases)) is not None
            assert deliver_due(10, read_clock=HandClock()).was_idle
            raise ConnectionError
        assert deliver_due(10, read_clock=HandClock()).outcomes == {Outcome.ACCEPTED: 2}
        assert stored(keys[0]).state is DeliveryState.SENDING


@pytest.mark.both_databases
def test_what_another_worker_took_after_the_lease_is_passed_over(app: Flask) -> None:
    with app.app_context():
        keys = queue_some(3)
        slow, quick = Share(3), Share(1)
        in_hand = claim_next(START, slow)
        assert in_hand is not None
        taken = [claim_next(START + LEASE, quick) for _ in keys]
        assert [message.id for message in taken if message is not None] == [stored(key).id for key in keys]
        assert settle(in_hand, Attempt(Outcome.ACCEPTED), START + LEASE, slow) is None


@pytest.mark.both_databases
def test_what_is_left_of_a_share_is_given_back_as_it_was(app: Flask) -> None:
    with app.app_context():
        keys = queue_some(3)
        share = Share(3)
        in_hand = claim_next(START + timedelta(seconds=5), share)
        assert in_hand is not None
        share.is_over = True
        assert settle(in_hand, Attempt(Outcome.ACCEPTED), START + timedelta(seconds=6), share) is None
        left = [stored(key) for key in keys[1:]]
        assert [(one.state, one.due_at, one.attempts) for one in left] == [(DeliveryState.QUEUED, START, 0)] * 2


@pytest.mark.both_databases
def test_a_message_costs_two_statements_when_many_are_due(make_app: AppMaker, mail_server: MailServer) -> None:
    with make_app(**mail_server.settings()).app_context():
        costs = []
        for number in (10, 30):
            queue_some(number)
            with counted() as seen:
                assert deliver_due(number, read_clock=HandClock()).outcomes == {Outcome.ACCEPTED: number}
            costs.append(len(seen))
        assert costs[1] - costs[0] == 2 * 20


@pytest.mark.on_postgresql
def test_a_message_being_taken_back_is_passed_over(app: Flask) -> None:
    # PostgreSQL alone has two writers at once: the claim does not wait for the other one's row.
    with app.app_context():
        first, second = queue_some(2)
        got: list[int] = []

        def work() -> None:
            with app.app_context():
                message = claim_next(START)
                got.extend([message.id] if message is not None else [])

        with transaction():
            drop([first], START)
            thread = threading.Thread(target=work)
            thread.start()
            join([thread])
        assert got == [stored(second).id]


def test_the_lease_is_longer_than_a_message_may_take() -> None:
    assert timedelta(seconds=MESSAGE_SECONDS + 10) < LEASE
