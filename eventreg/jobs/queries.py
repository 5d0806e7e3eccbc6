"""Reads for whoever runs the instance."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from eventreg.db import db
from eventreg.jobs.models import Job
from eventreg.jobs.rules import JobState

#: work that has been due for so long without a worker taking it says that none is there
STUCK_AFTER = timedelta(minutes=10)


class Backlog(NamedTuple):
    """Work that nobody does: how many jobs no worker has taken for `STUCK_AFTER`, since when, and how many were given up."""

    stuck: int
    stuck_since: datetime | None
    given_up: int


def count_backlog(connection: Connection, now: datetime) -> Backlog:
    """Count what waits too long and what was given up, in one statement."""
    is_stuck = Job.due_at <= now - STUCK_AFTER
    return Backlog(
        *connection.execute(
            select(
                func.count().filter(is_stuck),
                func.min(Job.due_at).filter(is_stuck),
                func.count().filter(Job.state == JobState.FAILED),
            )
        ).one()
    )


def find_payload(key: str) -> dict[str, Any] | None:
    """Return what the job of this key is asked to do now, which may be newer than what a worker took; None: no job."""
    return db.session.scalar(select(Job.payload).where(Job.key == key))
