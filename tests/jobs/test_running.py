"""Jobs are done once, tried again when they fail, and left aside in sight; duties are done once a period."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text

from eventreg.db import db, transaction
from eventreg.jobs.models import MAX_ATTEMPTS, Job, JobState
from eventreg.jobs.running import LEASE, LeaseLost, claim_next, finish, plan_duties, run_due
from eventreg.jobs.services import JobRegistry, count_backlog, schedule
from eventreg.kernel.errors import Busy
from tests.jobs.work import START, ask, find, get, note, notes
from tests.mail.outbox import HandClock
from tests.support.waiting import join, meeting

LATER = START + timedelta(hours=1)


@pytest.fixture
def registry() -> JobRegistry:
    """A registry that knows how to make a note and how to fail."""
    made = JobRegistry()
    made.add_handler("test.note", note)
    made.add_handler("test.fail", _fail)
    return made


def _fail(payload: Mapping[str, Any], now: datetime) -> None:
    note(payload, now)
    raise ValueError("Ana Demo, ana.demo@instituto.example")


@pytest.mark.both_databases
def test_a_job_is_done_when_its_time_comes_and_is_gone(app: Flask, registry: JobRegistry) -> None:
    clock = HandClock()
    ask(what="a", due_at=LATER)
    assert run_due(registry, 10, read_clock=clock) == 0
    clock.at = LATER
    assert run_due(registry, 10, read_clock=clock) == 1
    assert notes() == ["a"]
    assert find() is None


def test_not_more_jobs_are_done_than_asked_for_and_the_oldest_first(app: Flask, registry: JobRegistry) -> None:
    for minutes in (1, 3, 2):
        ask(f"job {minutes}", what=str(minutes), due_at=START - timedelta(minutes=minutes))
    assert run_due(registry, 2, read_clock=HandClock()) == 2
    assert notes() == ["3", "2"]


@pytest.mark.both_databases
def test_what_a_failed_job_wrote_is_not_there(app: Flask, registry: JobRegistry) -> None:
    ask(kind="test.fail", what="half")
    run_due(registry, 10, read_clock=HandClock())
    job = get()
    assert notes() == []
    assert (job.state, job.due_at, job.attempts) == (JobState.WAITING, START + timedelta(seconds=10), 1)
    assert job.last_error.startswith("ValueError")
    assert "demo" not in job.last_error


def test_a_fault_is_logged_without_what_it_was_about(
    app: Flask, registry: JobRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    ask("send:ana.demo@instituto.example", kind="test.fail", email="ana.demo@instituto.example")
    run_due(registry, 10, read_clock=HandClock())
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert "test.fail" in line
    assert "ValueError" in line
    assert "demo" not in line
    assert "Demo" not in line


@pytest.mark.both_databases
def test_a_job_that_always_fails_is_given_up_in_sight(app: Flask, registry: JobRegistry) -> None:
    clock = HandClock()
    ask(kind="test.fail")
    tries = 0
    while (due_at := get().due_at) is not None:
        clock.at = due_at
        tries += run_due(registry, 10, read_clock=clock)
    assert tries == MAX_ATTEMPTS
    assert get().state is JobState.FAILED
    assert get().last_error.startswith("ValueError")
    assert run_due(registry, 10, read_clock=HandClock(START + timedelta(days=99))) == 0


def test_a_job_of_a_kind_nobody_knows_waits_for_somebody_who_does(app: Flask, registry: JobRegistry) -> None:
    ask(kind="test.of_a_newer_release")
    run_due(registry, 10, read_clock=HandClock())
    assert get().state is JobState.WAITING
    assert get().last_error.startswith("KeyError")


def test_one_failure_keeps_no_other_job_waiting(app: Flask, registry: JobRegistry) -> None:
    ask("bad", kind="test.fail")
    ask("good", what="b")
    assert run_due(registry, 10, read_clock=HandClock()) == 2
    assert notes() == ["b"]


def test_a_lock_not_had_in_time_is_no_fault(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    registry = JobRegistry()

    def wait_in_vain(_payload: Mapping[str, Any], _now: datetime) -> None:
        raise Busy

    registry.add_handler("test.note", wait_in_vain)
    ask()
    run_due(registry, 10, read_clock=HandClock())
    assert get().state is JobState.WAITING
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.both_databases
def test_a_job_may_ask_for_itself_again(app: Flask) -> None:
    # long work is done in steps, each with the next one asked for in the same transaction
    registry = JobRegistry()

    def step(payload: Mapping[str, Any], now: datetime) -> None:
        note({"what": payload["left"]}, now)
        if payload["left"]:
            schedule("test.step", "one", {"left": payload["left"] - 1}, now)

    registry.add_handler("test.step", step)
    ask(kind="test.step", left=3)
    assert run_due(registry, 10, read_clock=HandClock()) == 4
    assert notes() == ["3", "2", "1", "0"]
    assert find() is None


@pytest.mark.both_databases
def test_long_work_has_turns_of_its_own_until_nothing_is_left(app: Flask) -> None:
    registry, left = JobRegistry(), [3]

    def turn(payload: Mapping[str, Any], now: datetime) -> bool:
        note({"what": f"{payload['what']} {left[0]}"}, now)
        left[0] -= 1
        return left[0] > 0

    registry.add_work("test.long", turn)
    registry.add_handler("test.note", note)
    ask("long", kind="test.long", what="turn", due_at=START - timedelta(seconds=1))
    ask("short", what="short")
    # A turn ends the round, so that mail goes; a job that has been due longer than the rest of the work goes first.
    assert run_due(registry, 10, read_clock=HandClock()) == 1
    assert notes() == ["turn 3"]
    while run_due(registry, 10, read_clock=HandClock()):
        pass
    assert sorted(notes()) == ["short", "turn 1", "turn 2", "turn 3"]
    assert find("long") is None


@pytest.mark.both_databases
def test_what_a_turn_of_long_work_committed_stands_when_it_fails(app: Flask) -> None:
    registry, clock = JobRegistry(), HandClock()

    def turn(payload: Mapping[str, Any], now: datetime) -> bool:
        note(payload, now)
        raise ValueError

    registry.add_work("test.long", turn)
    ask(kind="test.long", what="half")
    run_due(registry, 10, read_clock=clock)
    assert notes() == ["half"]
    assert (get().state, get().due_at) == (JobState.WAITING, START + timedelta(seconds=10))


@pytest.mark.both_databases
def test_long_work_that_is_asked_for_again_meanwhile_is_done_once_more(app: Flask) -> None:
    registry = JobRegistry()

    def turn(payload: Mapping[str, Any], now: datetime) -> bool:
        note(payload, now)
        if payload["what"] == "first":
            with transaction():
                schedule("test.long", "one", {"what": "again"}, now)
        return False

    registry.add_work("test.long", turn)
    ask(kind="test.long", what="first")
    while run_due(registry, 10, read_clock=HandClock()):
        pass
    assert notes() == ["first", "again"]
    assert find() is None


@pytest.mark.both_databases
def test_a_job_whose_worker_died_is_done_by_another(app: Flask, registry: JobRegistry) -> None:
    ask(what="a")
    assert claim_next(START) is not None
    clock = HandClock(START + LEASE - timedelta(seconds=1))
    assert run_due(registry, 10, read_clock=clock) == 0
    clock.shift(seconds=1)
    assert run_due(registry, 10, read_clock=clock) == 1
    assert notes() == ["a"]


@pytest.mark.on_postgresql
def test_a_worker_that_lost_its_lease_writes_nothing(app: Flask) -> None:
    # On SQLite nobody can claim while a handler writes. Here a handler takes longer than the lease, and another worker
    # does the job meanwhile.
    def do_it_elsewhere() -> None:
        with app.app_context():
            run_due(quick, 1, read_clock=HandClock(START + LEASE))

    def slow_note(payload: Mapping[str, Any], now: datetime) -> None:
        note({"what": "late"}, now)
        thread = threading.Thread(target=do_it_elsewhere)
        thread.start()
        join([thread])

    quick, slow = JobRegistry(), JobRegistry()
    quick.add_handler("test.note", note)
    slow.add_handler("test.note", slow_note)
    ask(what="by another")
    run_due(slow, 1, read_clock=HandClock())
    assert notes() == ["by another"]
    assert find() is None


@pytest.mark.both_databases
def test_a_job_that_somebody_else_finished_cannot_be_finished(app: Flask) -> None:
    ask()
    late, other = claim_next(START), claim_next(START + LEASE)
    assert late is not None
    assert other is not None
    with pytest.raises(LeaseLost):
        finish(late)
    finish(other)
    assert find() is None


@pytest.mark.both_databases
def test_what_is_due_by_a_clock_that_was_ahead_is_due_when_it_comes_back(app: Flask, registry: JobRegistry) -> None:
    ahead = START + timedelta(days=10)
    with time_machine.travel(ahead, tick=False):
        ask("at once", what="at once", due_at=ahead)
        ask("in an hour", what="in an hour", due_at=ahead + timedelta(hours=1))
    with time_machine.travel(START, tick=False):
        ask("in two days", what="in two days", due_at=START + timedelta(days=2))
    clock = HandClock()
    run_due(registry, 10, read_clock=clock)
    assert notes() == ["at once"]
    clock.shift(minutes=59)
    assert run_due(registry, 10, read_clock=clock) == 0
    clock.shift(minutes=1)
    run_due(registry, 10, read_clock=clock)
    clock.shift(hours=46, minutes=59)
    assert run_due(registry, 10, read_clock=clock) == 0
    clock.shift(minutes=1)
    run_due(registry, 10, read_clock=clock)
    assert notes() == ["at once", "in an hour", "in two days"]


@pytest.mark.both_databases
def test_leases_and_duties_end_though_the_clock_was_ahead(app: Flask, registry: JobRegistry) -> None:
    done: list[datetime] = []
    duties, ahead = JobRegistry(), START + timedelta(days=10)
    duties.add_duty("sweep", timedelta(hours=1), done.append)
    plan_duties(duties, START)
    run_due(duties, 10, read_clock=HandClock(ahead))  # its next turn is an hour later
    clock = HandClock()
    run_due(duties, 10, read_clock=clock)
    clock.shift(hours=1)
    run_due(duties, 10, read_clock=clock)
    assert done == [ahead, START + timedelta(hours=1)]
    ask(what="of a dead worker")
    assert claim_next(ahead) is not None
    clock = HandClock()
    assert run_due(registry, 10, read_clock=clock) == 0
    clock.at += LEASE
    run_due(registry, 10, read_clock=clock)
    assert notes() == ["of a dead worker"]


@pytest.mark.on_postgresql
def test_one_job_is_taken_however_the_database_goes_about_it(app: Flask) -> None:
    """PostgreSQL that has counted one job looks for the due one as often as there are jobs, and found another each time."""
    ask("job 0", what="0")
    with transaction() as session:
        session.execute(text("ANALYZE jobs"))
    for number in range(1, 12):
        ask(f"job {number}", what=str(number))
    job = claim_next(START)
    assert job is not None
    with transaction() as session:
        assert session.scalar(select(func.count()).where(Job.state == JobState.RUNNING)) == 1


@pytest.mark.both_databases
def test_workers_never_do_the_same_job(app: Flask, registry: JobRegistry) -> None:
    for number in range(12):
        ask(f"job {number}", what=str(number))
    barrier = meeting(4)

    def work() -> None:
        with app.app_context():
            barrier.wait()
            while run_due(registry, 1, read_clock=HandClock()):
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    join(threads)
    assert sorted(notes(), key=int) == [str(number) for number in range(12)]


@pytest.mark.both_databases
def test_a_duty_is_done_once_a_period_over_all_workers(app: Flask) -> None:
    done: list[datetime] = []
    registry, clock = JobRegistry(), HandClock()
    registry.add_duty("sweep", timedelta(hours=1), done.append)
    for _worker in range(3):
        plan_duties(registry, START)
        run_due(registry, 10, read_clock=clock)
    assert done == [START]
    clock.shift(minutes=59)
    run_due(registry, 10, read_clock=clock)
    clock.shift(minutes=1)
    plan_duties(registry, clock())
    run_due(registry, 10, read_clock=clock)
    assert done == [START, LATER]


@pytest.mark.both_databases
def test_a_duty_that_fails_is_tried_again_and_never_given_up(app: Flask) -> None:
    tries: list[datetime] = []
    registry, clock = JobRegistry(), HandClock()

    def fail(now: datetime) -> None:
        tries.append(now)
        raise OSError

    registry.add_duty("sweep", timedelta(hours=1), fail)
    plan_duties(registry, START)
    while len(tries) < 3 * MAX_ATTEMPTS:
        due_at = get("periodic:sweep").due_at
        assert due_at is not None
        clock.at = due_at
        run_due(registry, 10, read_clock=clock)
    assert tries[1] - tries[0] == timedelta(seconds=10)
    assert tries[-1] - tries[-2] == timedelta(hours=1)


def test_a_duty_that_is_no_more_leaves_no_job(app: Flask) -> None:
    old, new = JobRegistry(), JobRegistry()
    old.add_duty("old", timedelta(hours=1), _ignore)
    new.add_duty("new", timedelta(hours=1), _ignore)
    plan_duties(old, START)
    ask("other")
    plan_duties(new, START)
    assert find("periodic:old") is None
    assert get("periodic:new").due_at == START
    assert find("other") is not None


def test_a_name_is_given_once() -> None:
    registry = JobRegistry()
    registry.add_handler("kind", note)
    registry.add_duty("duty", timedelta(hours=1), _ignore)
    registry.add_work("long", lambda _payload, _now: False)
    with pytest.raises(ValueError, match="kind"):
        registry.add_handler("kind", note)
    with pytest.raises(ValueError, match="long"):
        registry.add_handler("long", note)
    with pytest.raises(ValueError, match="kind"):
        registry.add_work("kind", lambda _payload, _now: False)
    with pytest.raises(ValueError, match="duty"):
        registry.add_duty("duty", timedelta(hours=1), _ignore)


def test_work_nobody_takes_is_noticed(app: Flask) -> None:
    # case 61
    ask()
    connection = db.session.connection()
    assert count_backlog(connection, START + timedelta(minutes=9)) == (0, None, 0)
    assert count_backlog(connection, START + timedelta(minutes=10)) == (1, START, 0)


def _ignore(_now: datetime) -> None:
    """Do nothing."""
