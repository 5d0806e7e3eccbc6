"""How the database is connected to: for durability and foreign keys, with a `BEGIN` that we issue ourselves on SQLite."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text

from eventreg.db.transactions import LOCK_WAIT_MS, begin_sqlite

#: of a process that was told no other number
THREADS = 16
#: connections beyond one for each thread, and seconds in which one has to come free
_SPARE_CONNECTIONS, _POOL_WAIT = 8, 5
#: statements that a connection to SQLite keeps prepared, of 20 kB each where many columns are asked for: as many as a page needs
_PREPARED = 32
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
        # Those used last, so that few hold what they read while few threads work.
        "pool_use_lifo": True,
    }
    if url.startswith("sqlite"):
        return {
            "connect_args": {"isolation_level": None, "timeout": LOCK_WAIT_MS / 1000, "cached_statements": _PREPARED},
            **pool,
        }
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
        event.listen(engine, "begin", begin_sqlite)
    else:
        from eventreg.db import postgresql  # loads the driver, which SQLite has no use for

        postgresql.prepare(engine, bounds)


def take_stock(engine: Engine) -> None:
    """Have PostgreSQL look at what it holds, after thousands of rows came at once, whose tables it else sorts for each page.

    It does so by itself, but some minutes later.
    """
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))


def read_without_begin(engine: Engine) -> None:
    """Have reads on `engine` need no transaction, where that takes nothing from them: an application's, see `transaction`."""
    if engine.dialect.name == "postgresql":
        from eventreg.db import postgresql

        postgresql.read_without_begin(engine)


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
    # What is deleted is overwritten: who was erased is not to be read in the file's free pages. Usual builds do it anyway.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute(f"PRAGMA busy_timeout={lock_ms}")
    cursor.close()
