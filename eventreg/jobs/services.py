"""Having work done later, in the transaction of the fact that asks for it; and reads of it for whoever runs the instance.

Who does which work: the rooms' handlers and duties, plugged in by the assembly.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, func, select

from eventreg.db import db, transaction
from eventreg.jobs.models import Job, JobState
from eventreg.kernel import clock
from eventreg.web.access import check_sends
from eventreg.web.instance import call_worker
from eventreg.web.sockets import Socket


def schedule(kind: str, key: str, payload: Mapping[str, Any], due_at: datetime, *, sends: bool = True) -> None:
    """Have the handler of `kind` called with `payload` (JSON) at or after `due_at`, in the caller's transaction.

    While a job of the same `key` waits it stays one job, with the newer payload and the earlier time; one that was
    given up waits again. While a worker has it, it is done once more afterwards: what is asked for now may have come
    after the worker looked. `sends`: it makes emails go, so that a view of the desk has to declare it.
    """
    if sends:
        check_sends()
    with transaction() as session:
        new = _insert_of(session.get_bind().dialect.name)(Job).values(
            kind=kind, key=key, payload=dict(payload), state=JobState.WAITING, due_at=due_at, attempts=0, last_error=""
        )
        is_running = Job.state == JobState.RUNNING
        keeps_time = (Job.state != JobState.FAILED) & (is_running | (Job.due_at < new.excluded.due_at))
        wish = new.excluded.due_at
        if due_at <= clock.now():
            # "At once" is said by the clock of the worker that has it: this one may be ahead.
            wish = case((Job.due_set_at < wish, Job.due_set_at), else_=wish)
        keeps_wish = ~is_running | (Job.again_at < wish)
        session.execute(
            new.on_conflict_do_update(
                index_elements=[Job.key],
                set_={
                    "payload": new.excluded.payload,
                    "state": case((is_running, Job.state), else_=new.excluded.state),
                    "due_at": case((keeps_time, Job.due_at), else_=new.excluded.due_at),
                    "due_set_at": case((keeps_time, Job.due_set_at), else_=new.excluded.due_set_at),
                    "again_at": case((keeps_wish, Job.again_at), else_=wish),
                    "attempts": case((Job.state == JobState.FAILED, 0), else_=Job.attempts),
                },
            )
        )
        call_worker(due_at)


def _insert_of(dialect: str) -> Any:
    """Return the INSERT that knows of conflicts; the other database's dialect, and its driver, are not loaded."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    from sqlalchemy.dialects import sqlite

    return sqlite.insert


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


#: does a job, inside the transaction that also removes the job: what it writes is written once or not at all. Long work
#: does a step and schedules the same key again
Handler = Callable[[Mapping[str, Any], datetime], object]
#: does some of a long work for about a second, in transactions of its own, and says whether anything is left. It is called
#: again until nothing is, and by another worker when this one dies, so that each of its transactions looks before it acts
WorkHandler = Callable[[Mapping[str, Any], datetime], bool]
#: does a periodic duty, in transactions of its own. It is done again when a worker dies in it, so twice must be as good
#: as once
DutyHandler = Callable[[datetime], object]


@dataclass(frozen=True)
class Duty:
    """Something done once a period, by whichever worker comes first."""

    name: str
    every: timedelta
    run: DutyHandler


@dataclass
class JobRegistry:
    """The handlers by kind of job, short or long, and the duties by name."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    works: dict[str, WorkHandler] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)

    def add_handler(self, kind: str, handler: Handler) -> None:
        """Have `handler(payload, now)` called for jobs of `kind`. Raises ValueError for a kind that has one."""
        self._check_free(kind)
        self.handlers[kind] = handler

    def add_work(self, kind: str, handler: WorkHandler) -> None:
        """Have `handler(payload, now)` called for jobs of `kind` until it says that nothing is left.

        Other jobs and the mail have their turn in between. Raises ValueError for a kind that has a handler.
        """
        self._check_free(kind)
        self.works[kind] = handler

    def add_duty(self, name: str, every: timedelta, run: DutyHandler) -> None:
        """Have `run(now)` called once in every period. Raises ValueError for a name that is taken."""
        if name in self.duties:
            raise ValueError(f"there is a duty {name} already")
        self.duties[name] = Duty(name, every, run)

    def _check_free(self, kind: str) -> None:
        if kind in self.handlers or kind in self.works:
            raise ValueError(f"there is a handler for {kind} already")


job_registry: Socket[JobRegistry] = Socket("jobs")
