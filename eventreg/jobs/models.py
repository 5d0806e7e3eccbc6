"""Work that is due later, and when it is tried again. A row that is done is deleted."""

import enum
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, UtcDateTime, choice_column
from eventreg.kernel import clock

MAX_ATTEMPTS = 10
_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200))


class JobState(enum.Enum):
    """Where a job stands. `running` is claimed by a worker until `due_at`, the end of its lease."""

    WAITING = "waiting"
    RUNNING = "running"
    #: given up after many tries
    FAILED = "failed"


def next_try(attempts: int, now: datetime) -> datetime | None:
    """Return when a job is tried again after its `attempts`-th try failed, or None when it is given up."""
    return now + _delay(attempts) if attempts < MAX_ATTEMPTS else None


def next_turn(attempts: int, now: datetime, every: timedelta) -> datetime:
    """Return when a duty that failed `attempts` times in a row is done again; `attempts` 0: it went well."""
    return now + (min(_delay(attempts), every) if attempts else every)


def _delay(attempts: int) -> timedelta:
    return _DELAYS[min(max(attempts, 1), len(_DELAYS)) - 1]


class Job(Base):
    """One piece of work. `key` keeps the same work from being queued twice while it waits."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_due_at_id", "due_at", "id"),)

    #: names the handler that does it, like "registration.pass_on_places"
    kind: Mapped[str] = mapped_column(String(48), info=NOT_PERSONAL)
    key: Mapped[str] = mapped_column(String(160), unique=True, info=NOT_PERSONAL)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, info=PERSONAL)
    state: Mapped[JobState] = mapped_column(
        choice_column(JobState, "state"), default=JobState.WAITING, info=NOT_PERSONAL
    )
    #: when a worker may next take it. While a worker has it, the end of the lease. None: given up
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: when that was set; in the future: by a clock that was ahead (see `db.due`)
    due_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=clock.now)
    #: asked for again, for this instant, while a worker had it: done once more after the present run
    again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    #: kind and place of the last fault, like "ValueError at registration/services/promotion.py:57"; never its message
    last_error: Mapped[str] = mapped_column(String(400), default="", info=NOT_PERSONAL)
