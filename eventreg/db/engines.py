"""How a connection is set up: durability, foreign keys, a `BEGIN` that we issue ourselves on SQLite, and how long to wait.

Taking turns at writing to SQLite, over threads and processes.

SQLite lets a waiting writer sleep for up to a tenth of a second between two looks, and whoever comes at the right moment goes
first: with eight writers somebody waits for seconds. So writers queue before they ask: one thread of a process at a time,
and of those the first to lock a file beside the database. It is a courtesy, no guard: `BEGIN IMMEDIATE` is the guard, and
whoever writes without a turn (a backup, a migration) only makes others wait as before.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from eventreg.kernel.errors import Busy

#: How long a writer waits for its turn before it is told to try again, in milliseconds.
LOCK_WAIT_MS = 5_000
#: The execution option by which `transaction()` asks for the write lock at once.
WRITE_OPTION = "eventreg_write"
#: of a process that was told no other number
THREADS = 16
#: connections beyond one for each thread, and seconds in which one has to come free
_SPARE_CONNECTIONS, _POOL_WAIT = 8, 5
_OF_POOL = ("pool_", "max_overflow")


@dataclass(frozen=True)
class Bounds:
    """How long the database may take. Of PostgreSQL alone: seconds to connect, or to say that it lives, and to answer."""

    lock_ms: int = LOCK_WAIT_MS
    connect: int = 3
    statement: int = 20


#: pages and the worker; what rightly takes longer says so, see `take_time`
USUAL = Bounds()


def engine_options(url: str, threads: int = THREADS) -> dict[str, Any]:
    """Return the options of `create_engine` for `url`, used by so many threads at once.

    Errors never show the values of a statement: they reach logs.
    """
    pool = {
        "pool_size": threads,
        "max_overflow": _SPARE_CONNECTIONS,
        "pool_timeout": _POOL_WAIT,
        "hide_parameters": True,
    }
    if url.startswith("sqlite"):
        return {"connect_args": {"isolation_level": None, "timeout": LOCK_WAIT_MS / 1000}, **pool}
    return {"pool_pre_ping": True, **pool}


def open_engine(url: str, bounds: Bounds = USUAL, *, keeps_connections: bool = True) -> Engine:
    """Return an engine for `url` that is set up like the application's, for work beside it. Dispose of it."""
    options = engine_options(url)
    if not keeps_connections:
        options = {name: value for name, value in options.items() if not name.startswith(_OF_POOL)}
        options["poolclass"] = NullPool
    engine = create_engine(url, **options)
    prepare_engine(engine, bounds)
    return engine


def prepare_engine(engine: Engine, bounds: Bounds = USUAL) -> None:
    """Attach the connection set-up to `engine`. Call once for each engine, before its first connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", partial(_prepare_sqlite, bounds.lock_ms))
        event.listen(engine, "begin", _begin_sqlite)
    else:
        from eventreg.db import postgresql  # loads the driver, which SQLite has no use for

        postgresql.prepare(engine, bounds)


def take_time(connection: Connection) -> None:
    """Let the statements of the transaction that was begun on `connection` take hours: a migration, a backup."""
    if connection.dialect.name == "postgresql":
        from eventreg.db import postgresql

        postgresql.take_time(connection)


def _prepare_sqlite(lock_ms: int, connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # An acknowledged registration must survive a power cut: NORMAL could lose the last commits.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={lock_ms}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # The driver's own BEGIN is switched off: it would start deferred, and a read that turns into a write fails at once.
    immediate = connection.get_execution_options().get(WRITE_OPTION, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


_LOOK_AGAIN_SECONDS = 0.001
_in_process: dict[str, threading.Lock] = {}
_guard = threading.Lock()


@contextmanager
def writer_turn(engine: Engine) -> Iterator[None]:
    """Hold the turn to write for the block. Raises Busy when it was not had in time. No turns on PostgreSQL."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    deadline = time.monotonic() + LOCK_WAIT_MS / 1000
    lock = _lock_of(path)
    if not lock.acquire(timeout=LOCK_WAIT_MS / 1000):
        raise Busy
    try:
        with _file_locked(Path(f"{path}-turn"), deadline):
            yield
    finally:
        lock.release()


@contextmanager
def _file_locked(path: Path, deadline: float) -> Iterator[None]:
    # Opened anew each time: a lock belongs to the opened file, and one from before a fork would be shared with the child.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise Busy from None
                time.sleep(_LOOK_AGAIN_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _lock_of(path: str) -> threading.Lock:
    with _guard:
        return _in_process.setdefault(path, threading.Lock())
