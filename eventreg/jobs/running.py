"""Doing what is due: claim a job, do it and remove it in one transaction, record what went wrong.

A periodic duty is a job under the key `periodic:<name>` that waits again after each run, so that all workers together do
it once a period. The log names kind and id of a job, and kind and place of a fault, never what it was about.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select

from eventreg.db import db, transaction
from eventreg.jobs.claims import claim_next, finish, give_up, is_any_due, pull_back_due, put_off
from eventreg.jobs.models import Job
from eventreg.jobs.registry import Duty, JobRegistry
from eventreg.jobs.rules import next_try, next_turn
from eventreg.jobs.services import schedule
from eventreg.kernel import clock
from eventreg.kernel.errors import Busy
from eventreg.kernel.faults import described

log = logging.getLogger(__name__)

PERIODIC = "periodic"


def plan_duties(registry: JobRegistry, now: datetime) -> None:
    """See to it that every duty has its job and that no job is left of a duty that is no more. Called at start."""
    with transaction() as session:
        keys = {_key(duty) for duty in registry.duties.values()}
        known = set(session.scalars(select(Job.key).where(Job.kind == PERIODIC)))
        for duty in registry.duties.values():
            if _key(duty) not in known:
                schedule(PERIODIC, _key(duty), {"name": duty.name}, now)
        session.execute(
            delete(Job).where(Job.kind == PERIODIC, Job.key.not_in(keys)).execution_options(synchronize_session=False)
        )


def run_due(
    registry: JobRegistry,
    limit: int,
    *,
    read_clock: Callable[[], datetime] = clock.now,
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Do up to `limit` jobs that are due; returns how many were taken. Ends after the job in hand when told to stop, and
    after a turn of a long work, so that whoever calls sees to the mail meanwhile.

    Not to be called inside a transaction. Raises what the database raises while nothing is in hand.
    """
    taken = 0
    try:
        pull_back_due(read_clock())
        while taken < limit and not should_stop() and is_any_due(read_clock()):
            job = claim_next(read_clock())
            if job is None:
                break
            taken += 1
            db.session.remove()
            _run(registry, job, read_clock)
            if job.kind in registry.works:
                break
    finally:
        db.session.remove()
    return taken


def _run(registry: JobRegistry, job: Job, read_clock: Callable[[], datetime]) -> None:
    duty = registry.duties.get(job.payload["name"]) if job.kind == PERIODIC else None
    fault = ""
    try:
        if duty is not None:
            duty.run(read_clock())
        elif (work := registry.works.get(job.kind)) is not None:
            if work(job.payload, read_clock()):
                now = read_clock()
                put_off(job, now, now, attempts=0)
            else:
                finish(job)
        else:
            with transaction():
                registry.handlers[job.kind](job.payload, read_clock())
                finish(job)
    except Exception as error:
        fault = described(error)
        how = logging.INFO if isinstance(error, Busy) else logging.ERROR
        log.log(how, "Job %d (%s), try %d: %s", job.id, duty.name if duty else job.kind, job.attempts, fault)
    finally:
        db.session.remove()
    if fault or duty is not None:
        _record(job, duty, fault, read_clock())


def _record(job: Job, duty: Duty | None, fault: str, now: datetime) -> None:
    if duty is not None:
        attempts = job.attempts if fault else 0
        put_off(job, next_turn(attempts, now, duty.every), now, attempts, fault)
    elif (again_at := next_try(job.attempts, now)) is not None:
        put_off(job, again_at, now, job.attempts, fault)
    else:
        log.error("Job %d (%s) is given up", job.id, job.kind)
        give_up(job, fault)


def _key(duty: Duty) -> str:
    return f"{PERIODIC}:{duty.name}"
