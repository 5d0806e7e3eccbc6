"""Where a job stands, and when it is tried again.

A job that fails is tried again after 10 seconds, 1 and 5 minutes, half an hour, then every two hours, and given up
after the tenth try; what is given up stays in the table and is shown to whoever runs the instance. A duty is never given
up: it is tried again like a job, but no later than its next turn.
"""

import enum
from datetime import datetime, timedelta

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
