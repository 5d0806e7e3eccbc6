"""Reads over several rooms: events by who asks, figures of the whole instance, and whether this process can do its work.

The figures are counts only, of no event and no person. Programs that ask whether all is well wait for two seconds, so that is
looked at beside, on a connection of its own: whatever hangs, whoever asks is told in time. Anybody may ask: there is never more
than one look under way, and one does for a second.
"""

import logging
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from flask import current_app
from sqlalchemy import Connection, Engine, func, insert, inspect, select, union_all
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from eventreg.db import db
from eventreg.db.engines import Bounds, open_engine
from eventreg.db.transactions import WRITE_OPTION, is_busy
from eventreg.jobs.models import Job, JobState
from eventreg.jobs.services import count_backlog as count_jobs
from eventreg.kernel import clock, disk, errors, tokens
from eventreg.mail.models import MailMessage
from eventreg.mail.queries import count_backlog as count_mail
from eventreg.mail.rules import DeliveryState
from eventreg.registration.models import ErasedRegistration, Registration
from eventreg.registration.rules.states import Status
from eventreg.web.instance import config


class Figures(NamedTuple):
    """How many there are. Every status and state is named, also at nought."""

    registrations: dict[Status, int]
    messages: dict[DeliveryState, int]
    #: how many of them were tried and put off
    deferred: int
    #: seconds since the longest waiting message was queued, and since the first job became due; 0 where none waits
    mail_age: float
    jobs_age: float
    #: "due": their time has come; "later": it has not; "given_up": after many tries
    jobs: dict[str, int]


def count_everything(now: datetime) -> Figures:
    """Count registrations, messages and jobs, in four statements."""
    here = select(Registration.status, func.count()).group_by(Registration.status)
    erased = select(ErasedRegistration.status, func.count()).group_by(ErasedRegistration.status)
    registrations = Counter(dict.fromkeys(Status, 0))
    for status, number in db.session.execute(union_all(here, erased)):
        registrations[status] += number
    messages = db.session.execute(select(MailMessage.state, func.count()).group_by(MailMessage.state))
    backlog = count_mail(db.session.connection(), now)
    due, later, given_up, first_due = db.session.execute(
        select(
            func.count().filter(Job.due_at <= now),
            func.count().filter(Job.due_at > now),
            func.count().filter(Job.state == JobState.FAILED),
            func.min(Job.due_at),
        ).select_from(Job)
    ).one()
    return Figures(
        registrations,
        dict.fromkeys(DeliveryState, 0) | dict(messages.all()),
        backlog.deferred,
        _age(backlog.oldest, now),
        _age(first_due, now),
        {"due": due, "later": later, "given_up": given_up},
    )


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0


log = logging.getLogger(__name__)

#: how long a look may take before the database counts as silent
_SECONDS = 1.5
#: for how many seconds what was found is told to others who ask
_KEPT = 1.0
_BOUNDS = Bounds(lock_ms=300, connect=2, statement=1)
_EXTENSION = "eventreg_readiness"
#: how many there are below zero
_NUMBERS = 1 << 31
_SILENT = "the database does not answer"


class Readiness(NamedTuple):
    """What was found."""

    #: why this process cannot do its work; empty when it can
    reason: str = ""
    #: what somebody should see to, though no other process would fare better
    attention: tuple[str, ...] = ()


def look_whether_ready() -> Readiness:
    """Look, for a second and a half at most, and say what was found."""
    looks: _Looks = current_app.extensions.setdefault(_EXTENSION, _Looks(config().database, _folders()))
    return looks.ask()


def _folders() -> tuple[Path, ...]:
    file = config().sqlite_file
    return (config().instance, file.parent) if file is not None else (config().instance,)


class _Look(threading.Thread):
    """One look, which keeps what it found."""

    def __init__(self, readiness: Callable[[], Readiness]) -> None:
        super().__init__(name="readiness", daemon=True)
        self._readiness = readiness
        self._began = time.monotonic()
        self._ended: float | None = None
        self._found = Readiness(_SILENT)

    def run(self) -> None:
        try:
            self._found = self._readiness()
        except Exception as error:
            log.exception("Whether the instance is ready cannot be told: %s", errors.described(error))
        finally:
            self._ended = time.monotonic()

    @property
    def is_of_now(self) -> bool:
        """Whether it is under way, or ended a moment ago."""
        return self._ended is None or time.monotonic() < self._ended + _KEPT

    def found(self) -> Readiness:
        """Return what it found, or that the database is silent as soon as it has taken too long."""
        self.join(max(0.0, self._began + _SECONDS - time.monotonic()))
        return self._found


@dataclass
class _Looks:
    """Looks, one at a time, each in a thread that nobody waits for when it is late."""

    database: str
    folders: tuple[Path, ...]

    def __post_init__(self) -> None:
        self._guard = threading.Lock()
        self._engine: Engine | None = None
        self._look: _Look | None = None

    def ask(self) -> Readiness:
        """Wait a moment for the look that is under way, or for a new one; or return what one found a moment ago."""
        with self._guard:
            if self._look is None or not self._look.is_of_now:
                look = _Look(self._readiness)
                look.start()
                self._look = look
            look = self._look
        return look.found()

    def _readiness(self) -> Readiness:
        free = min(disk.free_bytes(folder) for folder in self.folders)
        if free < disk.NEEDED:
            return Readiness(f"the disk is full: {free // 1_000_000} MB are free")
        self._engine = self._engine or open_engine(self.database, _BOUNDS, keeps_connections=False)
        try:
            with self._engine.connect() as connection:
                reason = _trouble_of(connection)
                attention = () if reason else tuple(_attention(connection, free))
        except SQLAlchemyError as error:
            log.error("The database does not answer: %s", errors.described(error))
            return Readiness(_SILENT)
        return Readiness(reason, attention)


def _trouble_of(connection: Connection) -> str:
    if not inspect(connection).has_table(Job.__tablename__):
        return "no tables: run eventreg migrate"
    connection.rollback()
    # A number of its own, which no row has: what is taken back would use up one of those that rows get.
    probe = {"id": -1 - secrets.randbelow(_NUMBERS), "key": f"probe:{tokens.new_public_id()}"}
    try:
        writing = connection.execution_options(**{WRITE_OPTION: True})
        writing.execute(insert(Job).values(kind="probe", payload={}, last_error="", attempts=0, **probe))
    except SQLAlchemyError as error:
        if isinstance(error, OperationalError) and is_busy(error):
            return ""  # somebody else is writing just now
        if connection.invalidated:
            raise
        log.error("The database cannot be written to: %s", errors.described(error))
        return "the database cannot be written to"
    finally:
        connection.rollback()
        connection.execution_options(**{WRITE_OPTION: False})
    return ""


def _attention(connection: Connection, free: int) -> Iterator[str]:
    if free < disk.LEFT_BY_FILES:
        yield f"{free // 1_000_000} MB are free on the disk: files that people send are refused"
    moment = clock.now()
    mail, jobs = count_mail(connection, moment), count_jobs(connection, moment)
    since = [at for at in (mail.stuck_since, jobs.stuck_since) if at is not None]
    if since:
        yield f"work has been due since {min(since).isoformat(timespec='seconds')}: is the mail worker running?"
    if mail.old and mail.oldest is not None:
        yield (
            f"{mail.old} messages wait for too long, the oldest since {mail.oldest.isoformat(timespec='seconds')}; "
            f"{mail.deferred} were tried and put off"
        )
