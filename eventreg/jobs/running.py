"""Doing what is due: claim a job, do it and remove it in one transaction, record what went wrong.

A periodic duty is a job under the key `periodic:<name>` that waits again after each run, so that all workers together do
it once a period. The log names kind and id of a job, and kind and place of a fault, never what it was about.

Who has a job in hand, and what becomes of it. A claim is a lease, as for mail: see `mail.delivery`.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Update, select, update

from eventreg.db import change_rows, db, delete_rows, pull_back, transaction
from eventreg.jobs.models import Job, JobState, next_try, next_turn
from eventreg.jobs.services import Duty, JobRegistry, schedule
from eventreg.kernel import clock
from eventreg.kernel.errors import Busy, described

log = logging.getLogger(__name__)

PERIODIC = "periodic"


def plan_duties(registry: JobRegistry, now: datetime) -> None:
    """See to it that every duty has its job and that no job is left of a duty that is no more. Called at start."""
    keys = {_key(duty) for duty in registry.duties.values()}
    if keys == set(db.session.scalars(select(Job.key).where(Job.kind == PERIODIC))):
        return
    with transaction() as session:
        known = set(session.scalars(select(Job.key).where(Job.kind == PERIODIC)))
        for duty in registry.duties.values():
            if _key(duty) not in known:
                schedule(PERIODIC, _key(duty), {"name": duty.name}, now)
        delete_rows(Job, Job.kind == PERIODIC, Job.key.not_in(keys))


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


#: longer than a handler may take
LEASE = timedelta(minutes=2)


def pull_back_due(now: datetime) -> None:
    """Have what was asked for, put off or taken by a clock that was ahead be due as if it had been right."""
    if moved := pull_back(Job, now):
        with transaction():
            change_rows(Job, Job.id.in_(moved), Job.again_at > now, again_at=now)


def is_any_due(now: datetime) -> bool:
    """Say whether there is work, without taking the write lock to find out."""
    return db.session.scalar(select(Job.id).where(Job.due_at <= now).limit(1)) is not None


def claim_next(now: datetime) -> Job | None:
    """Take the job that has been due longest, or None. It is detached: nothing it holds reaches the database again."""
    due = (
        select(Job.id).where(Job.due_at <= now).order_by(Job.due_at, Job.id).limit(1).with_for_update(skip_locked=True)
    )
    with transaction() as session:
        job = session.scalars(
            update(Job)
            .where(Job.id == due.scalar_subquery())
            .values(state=JobState.RUNNING, due_at=now + LEASE, due_set_at=now, attempts=Job.attempts + 1)
            .returning(Job)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).one_or_none()
        if job is not None:
            session.expunge(job)
    return job


class LeaseLost(Exception):
    """Somebody else may have the job now, so what was done for it must not be committed."""


def finish(job: Job) -> None:
    """Remove a job that is done, or have it wait again when it was asked for while it was being done.

    In the transaction of the work itself, so that the work is done once. Raises LeaseLost.
    """
    is_ours = Job.id == job.id, Job.state == JobState.RUNNING, Job.due_at == job.due_at
    with transaction() as session:
        if delete_rows(Job, *is_ours, Job.again_at.is_(None)):
            return
        again = session.execute(
            _in_hand(job)
            .values(state=JobState.WAITING, due_at=Job.again_at, again_at=None, attempts=0, last_error="")
            .returning(Job.id)
        ).all()
        if not again:
            raise LeaseLost


def put_off(job: Job, until: datetime, now: datetime, attempts: int, fault: str = "") -> None:
    """Have a job wait again until then, or until it was asked for anew if that is sooner."""
    with transaction() as session:
        values = {"state": JobState.WAITING, "again_at": None, "attempts": attempts, "last_error": fault}
        asked_sooner = Job.again_at.is_not(None) & (Job.again_at < until)
        session.execute(_in_hand(job).where(asked_sooner).values(due_at=Job.again_at, **values))
        session.execute(_in_hand(job).values(due_at=until, due_set_at=now, **values))


def give_up(job: Job, fault: str) -> None:
    """Leave a job aside, for whoever runs the instance to see, until it is asked for again."""
    with transaction() as session:
        session.execute(_in_hand(job).values(state=JobState.FAILED, due_at=None, again_at=None, last_error=fault))


def _in_hand(job: Job) -> Update:
    """Return the change of a job that this worker still has: after its lease somebody else may have it."""
    return (
        update(Job)
        .where(Job.id == job.id, Job.state == JobState.RUNNING, Job.due_at == job.due_at)
        .execution_options(synchronize_session=False)
    )
