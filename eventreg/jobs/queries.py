"""Reads for whoever runs the instance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.jobs.models import Job
from eventreg.jobs.rules import JobState

#: work that has been due for so long without a worker taking it says that none is there
STUCK_AFTER = timedelta(minutes=10)


def list_given_up() -> Sequence[Job]:
    """Return the jobs that were given up after many tries, oldest first."""
    return db.session.scalars(select(Job).where(Job.state == JobState.FAILED).order_by(Job.id)).all()


def find_stuck(now: datetime) -> datetime | None:
    """Return since when the longest waiting job is due that no worker has taken for ten minutes, or None."""
    return db.session.scalar(select(func.min(Job.due_at)).where(Job.due_at <= now - STUCK_AFTER))
