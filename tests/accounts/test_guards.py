"""Limits on trying: counted in the database, by subject, in a window that slides."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from eventreg.accounts.models import GuardedAttempt
from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.rules.profiles import TooManyTries
from eventreg.accounts.services import guards
from eventreg.accounts.services.guards import Try, admit, demand, forget_old_attempts, forgive
from eventreg.db import db
from eventreg.kernel.clients import client_network
from eventreg.kernel.clock import now
from tests.support.apps import AppMaker
from tests.support.waiting import join, meeting

THREE = Limit("trial/address", 3, 15)
OTHER = Limit("trial/client", 5, 15)


@pytest.fixture
def limited(make_app: AppMaker) -> Flask:
    """An application whose limits are in force."""
    return make_app(limits=True)


def attempts() -> int:
    return db.session.scalar(select(func.count()).select_from(GuardedAttempt)) or 0


@pytest.mark.both_databases
def test_a_subject_is_admitted_as_often_as_the_limit_says(limited: Flask) -> None:
    with limited.app_context():
        assert [admit(Try(THREE, "ana")) is not None for _ in range(5)] == [True, True, True, False, False]
        assert admit(Try(THREE, "luis")) is not None


def test_a_try_that_is_refused_is_not_counted(limited: Flask) -> None:
    with limited.app_context():
        for _ in range(6):
            admit(Try(THREE, "ana"), Try(OTHER, "10.0.0.1"))
        assert attempts() == 6


def test_the_window_slides(limited: Flask, clock: time_machine.Traveller) -> None:
    with limited.app_context():
        for _ in range(3):
            admit(Try(THREE, "ana"))
            clock.shift(timedelta(minutes=5))
        assert admit(Try(THREE, "ana")) is not None
        assert admit(Try(THREE, "ana")) is None


@pytest.mark.both_databases
def test_what_was_tried_while_the_clock_was_ahead_keeps_nobody_out(
    limited: Flask, clock: time_machine.Traveller
) -> None:
    with limited.app_context():
        clock.shift(timedelta(days=3))
        for _ in range(3):
            admit(Try(THREE, "ana"))
        clock.shift(timedelta(days=-3))
        assert admit(Try(THREE, "ana")) is not None


def test_whoever_is_refused_is_told_until_when(limited: Flask, clock: time_machine.Traveller) -> None:  # case 76
    began = now()
    with limited.app_context():
        for minute in range(3):
            clock.move_to(began + timedelta(minutes=minute), tick=False)
            admit(Try(THREE, "ana"), Try(OTHER, "10.0.0.1"))
        with pytest.raises(TooManyTries) as refused:
            demand(Try(THREE, "ana"), Try(OTHER, "10.0.0.1"))
        assert refused.value.until == began + timedelta(minutes=15)
        clock.move_to(refused.value.until - timedelta(seconds=1), tick=False)
        assert admit(Try(THREE, "ana")) is None
        clock.move_to(refused.value.until, tick=False)
        assert demand(Try(THREE, "ana"))


def test_what_is_mailed_to_somebody_else_goes_on_slowly(
    limited: Flask, clock: time_machine.Traveller
) -> None:  # case 76
    mailed, began = Limit("trial/mail", 3, 60, one_more_after=12), now()
    with limited.app_context():
        admitted = []
        for minute in range(61):
            clock.move_to(began + timedelta(minutes=minute), tick=False)
            admitted += [minute for _ in range(5) if admit(Try(mailed, "ana"))]
        assert admitted == [0, 0, 0, 12, 24, 36, 48, 60]


def test_a_right_try_is_forgiven(limited: Flask) -> None:
    with limited.app_context():
        for _ in range(9):
            forgive(admit(Try(THREE, "ana")) or ())
        assert attempts() == 0


def test_the_subject_itself_is_nowhere_in_the_database(limited: Flask) -> None:
    with limited.app_context():
        admit(Try(THREE, "ana@instituto.example"))
        stored = db.session.scalars(select(GuardedAttempt.subject)).one()
    assert "ana" not in stored
    assert len(stored) == 64


def test_limits_that_are_off_count_nothing(app: Flask) -> None:
    assert all(admit(Try(THREE, "ana")) == () for _ in range(10))
    assert attempts() == 0


def test_old_tries_are_forgotten(limited: Flask, clock: time_machine.Traveller) -> None:
    with limited.app_context():
        admit(Try(THREE, "ana"))
        clock.shift(timedelta(days=2))
        admit(Try(THREE, "ana"))
        assert forget_old_attempts(now() - timedelta(days=1)) == 1
        assert attempts() == 1


def eight_at_once(app: Flask) -> list[bool]:
    admitted, start = [], meeting(8)

    def run() -> None:
        with app.app_context():
            start.wait()
            admitted.append(admit(Try(THREE, "ana")) is not None)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    join(threads)
    return sorted(admitted)


@pytest.mark.both_databases
def test_many_at_once_do_not_slip_through(limited: Flask) -> None:  # case 15
    assert eight_at_once(limited) == [False] * 5 + [True] * 3


@pytest.mark.on_postgresql
def test_without_the_lock_they_would(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:  # twin of case 15
    counted, all_have_counted = guards._free_at, meeting(8)

    def count_together(attempt: Try, at: datetime) -> datetime:
        free_at = counted(attempt, at)
        all_have_counted.wait()
        return free_at

    monkeypatch.setattr(guards, "_hold", lambda _attempt: None)
    monkeypatch.setattr(guards, "_free_at", count_together)
    assert eight_at_once(limited) == [True] * 8


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        (None, "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_one_client_is_one_address_or_one_network(address: str | None, counted: str) -> None:
    assert client_network(address) == counted
