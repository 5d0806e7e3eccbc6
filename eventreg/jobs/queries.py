"""Reads for whoever runs the instance."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.jobs.models import Job

#: work that has been due for so long without a worker taking it says that none is there
STUCK_AFTER = timedelta(minutes=10)


def find_stuck(now: datetime) -> datetime | None:
    """Return since when the longest waiting job is due that no worker has taken for ten minutes, or None."""
    return db.session.scalar(select(func.min(Job.due_at)).where(Job.due_at <= now - STUCK_AFTER))


def find_payload(key: str) -> dict[str, Any] | None:
    """Return what the job of this key is asked to do now, which may be newer than what a worker took; None: no job."""
    return db.session.scalar(select(Job.payload).where(Job.key == key))
