"""Can this process do its work: does the database answer and take a write, is there room; and what else should be known.

Asked by programs that wait for two seconds. So it is looked at beside, on a connection of its own: whatever hangs, whoever
asks is told in time, and there is never more than one look under way.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from flask import current_app
from sqlalchemy import Connection, Engine, insert, inspect
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from eventreg.db.engines import WRITE_OPTION, Bounds, open_engine
from eventreg.db.transactions import is_busy
from eventreg.jobs.models import Job
from eventreg.jobs.queries import count_backlog as count_jobs
from eventreg.kernel import disk
from eventreg.kernel.clock import now
from eventreg.kernel.faults import described
from eventreg.kernel.tokens import new_public_id
from eventreg.mail.queries import count_backlog as count_mail
from eventreg.web.instance import config

log = logging.getLogger(__name__)

#: how long whoever asks waits
_SECONDS = 1.5
_BOUNDS = Bounds(lock_ms=300, connect=2, statement=1)
_EXTENSION = "eventreg_readiness"
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


@dataclass
class _Looks:
    """Looks, one at a time, each in a thread that nobody waits for when it is late."""

    database: str
    folders: tuple[Path, ...]

    def __post_init__(self) -> None:
        self._guard = threading.Lock()
        self._engine: Engine | None = None
        self._thread: threading.Thread | None = None
        self._found: Readiness | None = None

    def ask(self) -> Readiness:
        """Wait a moment for the look that is under way, or for a new one."""
        with self._guard:
            if self._thread is None or not self._thread.is_alive():
                self._found = None
                self._thread = threading.Thread(target=self._look, name="readiness", daemon=True)
                self._thread.start()
            thread = self._thread
        thread.join(_SECONDS)
        return self._found or Readiness(_SILENT)

    def _look(self) -> None:
        try:
            self._found = self._readiness()
        except Exception as error:
            log.exception("Whether the instance is ready cannot be told: %s", described(error))

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
            log.error("The database does not answer: %s", described(error))
            return Readiness(_SILENT)
        return Readiness(reason, attention)


def _trouble_of(connection: Connection) -> str:
    if not inspect(connection).has_table(Job.__tablename__):
        return "no tables: run eventreg migrate"
    connection.rollback()
    probe = {"kind": "probe", "key": f"probe:{new_public_id()}", "payload": {}, "last_error": "", "attempts": 0}
    try:
        writing = connection.execution_options(**{WRITE_OPTION: True})
        writing.execute(insert(Job).values(probe))
    except SQLAlchemyError as error:
        if isinstance(error, OperationalError) and is_busy(error):
            return ""  # somebody else is writing just now
        if connection.invalidated:
            raise
        log.error("The database cannot be written to: %s", described(error))
        return "the database cannot be written to"
    finally:
        connection.rollback()
        connection.execution_options(**{WRITE_OPTION: False})
    return ""


def _attention(connection: Connection, free: int) -> Iterator[str]:
    if free < disk.LEFT_BY_FILES:
        yield f"{free // 1_000_000} MB are free on the disk: files that people send are refused"
    moment = now()
    mail, jobs = count_mail(connection, moment), count_jobs(connection, moment)
    since = [at for at in (mail.stuck_since, jobs.stuck_since) if at is not None]
    if since:
        yield f"work has been due since {min(since).isoformat(timespec='seconds')}: is the mail worker running?"
    if mail.old and mail.oldest is not None:
        yield (
            f"{mail.old} messages wait for too long, the oldest since {mail.oldest.isoformat(timespec='seconds')}; "
            f"{mail.deferred} were tried and put off"
        )
