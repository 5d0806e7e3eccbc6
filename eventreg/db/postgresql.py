"""PostgreSQL that hangs, or goes away: no statement and no connecting waits for ever, nor everybody for the same thing.

A server that hangs takes bytes and answers nothing, so its own bounds (`statement_timeout`, `lock_timeout`) do not hold, and
the kernel sees nothing wrong. So the client bounds each wait for an answer, and looks meanwhile whether others are answered:
threads that all wait for the end of a statement would leave nobody to say so. Loaded where the database is PostgreSQL.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy import Connection, Engine, event, text

from eventreg.db.engines import Bounds
from eventreg.db.transactions import PLANNED_ANEW, WRITE_OPTION

#: what the kernel sees to, where it can: a machine that is gone, also while nothing is asked
_NETWORK = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
#: the server itself ends a statement first, if it lives
_SERVER_GOES_FIRST = 3
#: how long nobody asks a server that was silent
_PAUSE = 2
#: how long one waits for an answer before looking whether the server is there at all
_LOOKS_AFTER = 3
#: a migration or a backup of much data
_HOURS = 6 * 3600


class Silent(psycopg.OperationalError):
    """The server takes what it is sent, and answers nothing."""


class Gate:
    """Keeps everybody but one from waiting for a server that is silent: the others are told at once."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._silent_until = self._tried_until = 0.0
        self._guard, self._looking = threading.Lock(), threading.Lock()
        #: tries whether the server answers somebody who comes anew
        self.knock: Callable[[], None] = lambda: None

    @property
    def is_closed(self) -> bool:
        """Whether the server was silent a moment ago."""
        return time.monotonic() < self._silent_until

    def enter(self) -> None:
        """Let somebody connect. Raises Silent while the server is silent, or was and another one tries."""
        with self._guard:
            moment = time.monotonic()
            if moment < max(self._silent_until, self._tried_until):
                raise Silent("the server did not answer a moment ago")
            if self._silent_until:
                self._tried_until = moment + self._patience

    def close(self) -> None:
        """Note that the server is silent."""
        self._silent_until = time.monotonic() + _PAUSE

    def open(self) -> None:
        """Note that it answers."""
        self._silent_until = self._tried_until = 0.0

    def look(self) -> None:
        """Look, for all who wait for an answer, whether the server is silent or only takes its time. Raises Silent."""
        if not self.is_closed and self._looking.acquire(blocking=False):
            try:
                self.knock()
            except errors.ConnectionTimeout:
                self.close()
            except psycopg.Error:
                pass  # it answered, even if by a refusal
            finally:
                self._looking.release()
        if self.is_closed:
            raise Silent("the server is silent to others too")


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is closed when an answer takes longer than its patience, in seconds."""

    gate: Gate | None = None
    patience = 5.0

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for an answer. Raises Silent, and is closed, when none comes in time or the server has fallen silent."""
        try:
            return super().wait(self._watched(gen), interval, self.patience if timeout is None else timeout)
        except (errors._WaitTimeout, Silent) as error:
            # Whatever comes later is no answer to what is asked next.
            self.pgconn.finish()
            if self.gate is not None:
                # Of one connection that is lost nobody else needs to be told.
                with suppress(Silent):
                    self.gate.look()
            raise Silent(f"the server did not answer within {self.patience:g} seconds") from error

    def _watched(self, gen: Any) -> Any:
        """Pass on what `gen` waits for; from time to time, while nothing comes, look whether the server is there at all."""
        # Work of hours is not ended by a moment in which others are not let in: the kernel watches over it.
        gate = self.gate if _LOOKS_AFTER < self.patience < _HOURS else None
        look_at = time.monotonic() + _LOOKS_AFTER
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and gate is not None and (gate.is_closed or time.monotonic() >= look_at):
                    gate.look()
                    look_at = time.monotonic() + _LOOKS_AFTER
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value

    def rollback(self) -> None:
        """Roll back. Where the connection was cut off that is done already: nobody has to be told of it."""
        try:
            super().rollback()
        except psycopg.OperationalError:
            if not self.closed:
                raise


def prepare(engine: Engine, bounds: Bounds) -> None:
    """Have `engine` connect and ask within `bounds`."""
    gate = Gate(bounds.connect)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, named: dict[str, Any]) -> BoundedConnection:
        named = {**_NETWORK, "connect_timeout": bounds.connect, **named}
        gate.knock = lambda: psycopg.connect(*arguments, **named).close()
        gate.enter()
        try:
            connection = BoundedConnection.connect(*arguments, **named)
        except errors.ConnectionTimeout:
            gate.close()
            raise
        except psycopg.Error:
            gate.open()
            raise
        connection.gate, connection.patience = gate, bounds.connect
        return connection

    @event.listens_for(engine, "connect")
    def set_up(connection: BoundedConnection, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {bounds.lock_ms}; SET statement_timeout = {bounds.statement * 1000}")
        connection.commit()
        gate.open()

    # What is asked between the two is whether the connection still lives.
    @event.listens_for(engine, "checkin")
    def grow_impatient(connection: BoundedConnection | None, _record: Any) -> None:
        if connection is not None:
            connection.patience = bounds.connect

    @event.listens_for(engine, "checkout")
    def grow_patient(connection: BoundedConnection, _record: Any, _proxy: Any) -> None:
        connection.patience = bounds.statement + _SERVER_GOES_FIRST


def read_without_begin(engine: Engine) -> None:
    """Have reads on `engine` stand alone, without BEGIN and ROLLBACK around them. Who writes, or asks for a level, has both.

    A statement sees what is committed when it begins, alone or among others (READ COMMITTED). But with each ROLLBACK the driver
    forgets what it had the server prepare: every statement of every page would be parsed and planned anew.
    """

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        stands_alone = not options.get(WRITE_OPTION)
        driver: Any = connection.connection.dbapi_connection
        if "isolation_level" not in options and driver.autocommit != stands_alone:
            driver.autocommit = stands_alone

    @event.listens_for(engine, "do_execute")
    def execute(cursor: Any, statement: str, given: Any, context: Any) -> bool:
        is_planned_anew = bool(context.execution_options.get(PLANNED_ANEW))
        if is_planned_anew:
            cursor.execute(statement, given, prepare=False)
        return is_planned_anew


def take_time(connection: Connection) -> None:
    """Let the statements of the transaction that was begun on `connection` take hours."""
    connection.execute(text(f"SET LOCAL statement_timeout = {_HOURS * 1000}"))
    driver: Any = connection.connection.dbapi_connection
    driver.patience = _HOURS + _SERVER_GOES_FIRST
