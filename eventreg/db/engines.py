"""How a connection is set up: durability, foreign keys, and a `BEGIN` that we issue ourselves on SQLite."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

#: How long a writer waits for its turn before it is told to try again, in milliseconds.
LOCK_WAIT_MS = 5_000
#: The execution option by which `transaction()` asks for the write lock at once.
WRITE_OPTION = "eventreg_write"


def engine_options(url: str) -> dict[str, Any]:
    """Return the options of `create_engine` for `url`. Errors never show the values of a statement: they reach logs."""
    if url.startswith("sqlite"):
        connect_args = {"isolation_level": None, "timeout": LOCK_WAIT_MS / 1000}
        return {"connect_args": connect_args, "pool_size": 32, "hide_parameters": True}
    return {"pool_size": 16, "max_overflow": 8, "pool_pre_ping": True, "hide_parameters": True}


def open_engine(url: str) -> Engine:
    """Return an engine for `url` that is set up like the application's, for work beside it. Dispose of it."""
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return engine


def prepare_engine(engine: Engine) -> None:
    """Attach the connection set-up to `engine`. Call once for each engine, before its first connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgresql)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # An acknowledged registration must survive a power cut: NORMAL could lose the last commits.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # The driver's own BEGIN is switched off: it would start deferred, and a read that turns into a write fails at once.
    immediate = connection.get_execution_options().get(WRITE_OPTION, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_WAIT_MS}ms'")
    connection.commit()
