"""Work is asked for with the fact that needs it, and the same work waits once."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event as sqlalchemy_event, insert
from sqlalchemy.exc import IntegrityError

from eventreg.db import db, transaction
from eventreg.jobs.models import Job, JobState
from eventreg.jobs.running import LEASE, claim_next, finish, give_up, pull_back_due
from eventreg.jobs.services import schedule
from tests.jobs.work import START, ask, find, get

LATER, SOONER = START + timedelta(hours=1), START - timedelta(hours=1)


@pytest.mark.both_databases
def test_work_is_asked_for_with_the_transaction_or_not_at_all(app: Flask) -> None:
    with suppress(IntegrityError), transaction():
        schedule("test.note", "one", {}, START)
        db.session.execute(insert(Job).values(key=None))
    assert find() is None


@pytest.mark.both_databases
def test_asking_is_one_statement(app: Flask) -> None:
    statements: list[str] = []
    with transaction():
        sqlalchemy_event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        schedule("test.note", "one", {"what": "x"}, START)
    assert len(statements) == 1
    assert get().payload == {"what": "x"}


@pytest.mark.both_databases
@pytest.mark.parametrize(("second", "kept"), [(LATER, START), (SOONER, SOONER)])
def test_the_same_work_waits_once_with_the_earlier_time(app: Flask, second: object, kept: object) -> None:
    ask(what="old")
    ask(what="new", due_at=second)  # type: ignore[arg-type]
    job = get()
    assert (job.due_at, job.payload, job.state) == (kept, {"what": "new"}, JobState.WAITING)


@pytest.mark.both_databases
def test_work_asked_for_while_it_is_done_is_done_once_more(app: Flask) -> None:
    ask()
    in_hand = claim_next(START)
    assert in_hand is not None
    ask(due_at=LATER, what="new")
    ask(due_at=SOONER, what="newer")
    ask(due_at=LATER, what="newest")
    running = get()
    assert (running.state, running.due_at, running.again_at) == (JobState.RUNNING, in_hand.due_at, SOONER)
    finish(in_hand)
    job = get()
    assert (job.state, job.due_at, job.again_at, job.attempts) == (JobState.WAITING, SOONER, None, 0)
    assert job.payload == {"what": "newest"}


@pytest.mark.both_databases
def test_work_asked_for_at_once_by_a_clock_that_was_ahead_is_due_when_that_in_hand_is_done(app: Flask) -> None:
    ask()
    in_hand, ahead = claim_next(START), START + timedelta(days=10)
    assert in_hand is not None
    with time_machine.travel(ahead, tick=False):
        ask(due_at=ahead)
    finish(in_hand)
    assert get().due_at == START


@pytest.mark.both_databases
def test_what_was_claimed_and_asked_for_by_a_clock_that_was_ahead_is_pulled_back_whole(app: Flask) -> None:
    ahead = START + timedelta(days=10)
    ask()
    claim_next(ahead)
    with time_machine.travel(ahead, tick=False):
        ask(due_at=ahead)
    pull_back_due(START)
    job = get()
    assert (job.due_at, job.again_at) == (START + LEASE, START)


@pytest.mark.both_databases
def test_work_given_up_is_taken_up_when_it_is_asked_for_again(app: Flask) -> None:
    ask()
    in_hand = claim_next(START)
    assert in_hand is not None
    give_up(in_hand, "ValueError")
    assert claim_next(LATER) is None
    ask(due_at=LATER)
    job = get()
    assert (job.state, job.due_at, job.attempts) == (JobState.WAITING, LATER, 0)
