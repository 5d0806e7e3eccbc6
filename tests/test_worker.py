"""The worker's loop: it sends and works until told to stop, survives what goes away, and may die at any moment."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from eventreg.config import Config
from eventreg.db import db, transaction
from eventreg.jobs.services import JobRegistry, job_registry
from eventreg.kernel import clock
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.web.instance import Bell
from eventreg.worker import _STAYS_FOR_MAIL_SECONDS, run_worker
from tests.jobs.work import ask, note, notes
from tests.mail.outbox import queue_some, stored
from tests.support.apps import AppMaker
from tests.support.mailserver import MailServer
from tests.support.waiting import join, patience, until
from tests.support.warm import Commands

MESSAGES = 120
#: a worker as it is started by hand
WORKER = """
from eventreg.app import create_app
from eventreg.worker import run_worker
run_worker(create_app())
"""


@contextmanager
def _working(app: Flask) -> Iterator[threading.Event]:
    """Run a worker in a thread until the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=lambda: run_worker(app, stop=stop))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        join([thread])


@pytest.mark.both_databases
def test_once_sends_and_does_what_is_due_and_ends(make_app: AppMaker, mail_server: MailServer) -> None:
    app = make_app(**mail_server.settings())
    with app.app_context():
        job_registry.plug(app, JobRegistry()).add_handler("test.note", note)
        keys = queue_some(3, due_at=clock.now())
        ask(what="a", due_at=clock.now())
        run_worker(app, once=True)
        assert {stored(key).state for key in keys} == {DeliveryState.SENT}
        assert notes() == ["a"]
    assert len(mail_server.received) == 3


def test_worker_that_came_for_a_look_alone_leaves_sooner_than_one_that_had_mail(
    make_app: AppMaker, instance: Path
) -> None:
    app = make_app()
    with app.app_context():
        job_registry.plug(app, JobRegistry()).add_duty("each minute", timedelta(minutes=1), lambda _now: None)
        bell = Bell(instance)
        began = time.monotonic()
        run_worker(app, bell=bell)
        assert time.monotonic() - began < _STAYS_FOR_MAIL_SECONDS
        assert bell.heard() in range(50, 61), "for the next look"


def test_once_ends_without_a_mail_server(make_app: AppMaker, mail_server: MailServer) -> None:
    # case 30
    app = make_app(**mail_server.settings())
    mail_server.die()
    with app.app_context():
        (key,) = queue_some(1, due_at=clock.now())
        run_worker(app, once=True)
        message = stored(key)
        assert message.state is DeliveryState.QUEUED
        assert message.due_at > clock.now(), "it did not wait for the first retry, which is a minute away"


@pytest.mark.both_databases
def test_new_mail_goes_within_a_second_or_so(make_app: AppMaker, mail_server: MailServer) -> None:
    app = make_app(**mail_server.settings())
    with app.app_context(), _working(app):
        time.sleep(0.7)
        queue_some(1, due_at=clock.now())
        began = time.perf_counter()
        until(lambda: mail_server.received, "the message")
        assert time.perf_counter() - began < patience(3)


def test_duties_are_planned_and_done(make_app: AppMaker) -> None:
    app = make_app()
    done = threading.Event()
    with app.app_context():
        job_registry.plug(app, JobRegistry()).add_duty("sweep", timedelta(hours=1), lambda _now: done.set())
        with _working(app):
            assert done.wait(patience())


def test_each_kind_of_work_is_done_however_the_others_fare(
    make_app: AppMaker, mail_server: MailServer, config: Config
) -> None:
    app = make_app(**{**mail_server.settings(), "demo_mail": "hold"})
    config.held_mail.write_text("A file where the folder for held mail should be: writing there fails.")
    with app.app_context():
        job_registry.plug(app, JobRegistry()).add_handler("test.note", note)
        queue_some(1, due_at=clock.now(), recipient="clara@oficina.org", is_held_back=True)
        queue_some(1, due_at=clock.now())
        ask("bad", kind="test.unknown", due_at=clock.now())
        ask("good", what="a", due_at=clock.now())
        with _working(app):
            until(lambda: notes() == ["a"] and mail_server.received, "the note and the message")


def test_a_database_that_goes_away_is_waited_for(make_app: AppMaker, mail_server: MailServer) -> None:
    app = make_app(**mail_server.settings())
    with app.app_context():
        queue_some(1, due_at=clock.now())
        path = Path(str(db.engine.url.database))
        db.session.remove()
        db.engine.dispose()
        away = path.with_suffix(".away")
        path.rename(away)
        path.mkdir()
        with _working(app):
            time.sleep(1)
            assert mail_server.received == []
            path.rmdir()
            away.rename(path)
            until(lambda: mail_server.received, "the message")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_after_the_message_in_hand(
    make_app: AppMaker, mail_server: MailServer, how: signal.Signals
) -> None:
    app = make_app(**mail_server.settings())
    before = signal.getsignal(how)
    with app.app_context():
        keys = queue_some(2, due_at=clock.now())
        mail_server.hang()

        def signal_in_the_middle() -> None:
            assert mail_server.holds.wait(patience())
            os.kill(os.getpid(), how)
            mail_server.accept()

        thread = threading.Thread(target=signal_in_the_middle)
        thread.start()
        run_worker(app)
        join([thread])
        states = [stored(key).state for key in keys]
    assert states == [DeliveryState.SENT, DeliveryState.QUEUED]
    assert signal.getsignal(how) is before


def test_a_signal_that_means_nothing_keeps_meaning_nothing(make_app: AppMaker, mail_server: MailServer) -> None:
    # Ctrl+C reaches every process of a terminal; under `serve` the worker waits for its supervisor's word.
    app = make_app(**mail_server.settings())
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    stop = threading.Event()

    def mail_on_both_sides_of_a_signal() -> None:
        try:
            for number in (1, 2):
                with app.app_context():
                    queue_some(1, due_at=clock.now())
                    db.session.remove()
                until(lambda number=number: len(mail_server.received) == number, f"message {number}")
                os.kill(os.getpid(), signal.SIGINT)
        finally:
            stop.set()

    thread = threading.Thread(target=mail_on_both_sides_of_a_signal)
    try:
        thread.start()
        run_worker(app, stop=stop)
        join([thread])
        assert len(mail_server.received) == 2
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.both_databases
def test_three_workers_one_dying_lose_nothing_and_repeat_at_most_one(
    make_app: AppMaker, mail_server: MailServer, instance: Path, commands: Commands
) -> None:
    # cases 31 and 62
    settings = mail_server.settings()
    app = make_app(**settings)
    with app.app_context():
        queue_some(MESSAGES, due_at=clock.now())
        environment = _environment(instance, app.extensions["eventreg"].config.database, settings)
        workers = [commands.leave(environment=environment, program=WORKER) for _ in range(3)]
        try:
            until(lambda: len(mail_server.received) > MESSAGES // 4, "a quarter of the messages")
            workers[0].kill()
            _end_leases(DeliveryState.QUEUED)
            until(
                lambda: _states(MESSAGES)[DeliveryState.SENT] >= MESSAGES - 1,
                "all sent but what the dead one had in hand",
            )
            _end_leases(DeliveryState.SENDING)
            until(lambda: _states(MESSAGES) == {DeliveryState.SENT: MESSAGES}, "every message sent")
        finally:
            for worker in workers:
                worker.terminate()
            for worker in workers:
                worker.wait(patience())
        keys = set(db.session.scalars(select(MailMessage.message_id)))
    arrived = Counter(str(mail.message["Message-ID"]) for mail in mail_server.received)
    assert set(arrived) == keys
    assert arrived.total() <= MESSAGES + 1
    assert [worker.returncode for worker in workers] == [-signal.SIGKILL, 0, 0]


def _states(number: int) -> Counter[DeliveryState]:
    db.session.rollback()
    return Counter(db.session.scalars(select(MailMessage.state).limit(number)))


def _end_leases(state: DeliveryState) -> None:
    """Let what a dead worker had leased, or had in hand, be due again, as it would be a minute later.

    What a living one had leased and not taken is anybody's then too, and it passes it over.
    """
    with transaction() as session:
        taken = update(MailMessage).where(MailMessage.state == state)
        session.execute(taken.values(due_at=MailMessage.created_at))


def _environment(instance: Path, database: str, settings: dict[str, Any]) -> dict[str, str]:
    named = {f"EVENTREG_{name.upper()}": str(value) for name, value in settings.items()}
    return {
        **named,
        "EVENTREG_INSTANCE": str(instance),
        "EVENTREG_DATABASE_URL": database,
    }


def test_the_application_knows_its_jobs(app: Flask) -> None:
    assert job_registry().handlers
    assert job_registry().duties
