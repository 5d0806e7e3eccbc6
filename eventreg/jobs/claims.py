"""Who has a job in hand, and what becomes of it. A claim is a lease, as for mail: see `mail.claims`."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Update, delete, select, update

from eventreg.db import db, pull_back, transaction
from eventreg.jobs.models import Job
from eventreg.jobs.rules import JobState

#: longer than a handler may take
LEASE = timedelta(minutes=2)


def pull_back_due(now: datetime) -> None:
    """Have what was asked for, put off or taken by a clock that was ahead be due as if it had been right."""
    if moved := pull_back(Job, now):
        with transaction() as session:
            session.execute(
                update(Job)
                .where(Job.id.in_(moved), Job.again_at > now)
                .values(again_at=now)
                .execution_options(synchronize_session=False)
            )


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
            .where(Job.id.in_(due))
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
    with transaction() as session:
        done = session.execute(
            delete(Job)
            .where(Job.id == job.id, Job.state == JobState.RUNNING, Job.due_at == job.due_at, Job.again_at.is_(None))
            .returning(Job.id)
            .execution_options(synchronize_session=False)
        ).all()
        if done:
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
