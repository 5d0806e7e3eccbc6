"""Jobs for tests, a clock that is set by hand, and a handler that counts in the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from eventreg.accounts.models import GuardedAttempt
from eventreg.db import db, transaction
from eventreg.jobs.models import Job
from eventreg.jobs.services import schedule

START = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)


def ask(key: str = "one", kind: str = "test.note", due_at: datetime = START, **payload: Any) -> None:
    """Schedule a job and commit."""
    with transaction():
        schedule(kind, key, payload, due_at)


def find(key: str = "one") -> Job | None:
    """Return a job as it stands in the database now, or None when it is done."""
    db.session.rollback()
    job = db.session.scalars(select(Job).where(Job.key == key).execution_options(populate_existing=True)).one_or_none()
    if job is not None:
        db.session.expunge(job)
    return job


def get(key: str = "one") -> Job:
    """Return a job that is there."""
    job = find(key)
    assert job is not None
    return job


def note(payload: Mapping[str, Any], now: datetime) -> None:
    """Do work that shows in the database: a row with what the payload says."""
    with transaction() as session:
        session.add(GuardedAttempt(purpose="test", subject=str(payload.get("what", "")), at=now))


def notes() -> list[str]:
    """Return what was noted and committed."""
    db.session.rollback()
    return list(db.session.scalars(select(GuardedAttempt.subject).order_by(GuardedAttempt.id)))
