"""How the database is connected to, and how it is written: one use case, one transaction, and `transaction()` alone commits.

A connection is set up for durability and foreign keys, with a `BEGIN` that we issue ourselves on SQLite.

What a transaction changes and a page reads, by the names of tables, is seen on the connection, so that no writer can forget:
statements of every kind pass here, of the session, of Core, written out as text.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Set as AbstractSet
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from flask import Flask, current_app
from sqlalchemy import Connection, Engine, NullPool, Select, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from eventreg.db.base import Base, Row, db, found
from eventreg.db.turns import LOCK_WAIT_MS, writer_turn
from eventreg.kernel.errors import Busy

Thing = TypeVar("Thing")

#: The execution option by which `transaction()` asks for the write lock at once.
WRITE_OPTION = "eventreg_write"
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


_OPEN = "eventreg_transaction_open"
_AFTERWARDS = "eventreg_after_commit"
#: PostgreSQL: lock_not_available, deadlock_detected, serialization_failure
_BUSY_CODES = {"55P03", "40P01", "40001"}


@contextmanager
def transaction() -> Iterator[Session]:
    """Run a block as one write transaction, committed when the block is left and rolled back when it raises.

    On entry the request's read snapshot ends (objects loaded before stay readable but are no longer attached), and on
    SQLite the write lock is taken at once. On PostgreSQL the block locks the row that guards its decision with
    `lock_row`. A block inside another joins it. Raises Busy when a lock was not had in time.
    """
    session: Session = db.session()
    if session.info.get(_OPEN):
        yield session
        return
    session.expunge_all()
    session.rollback()
    with writer_turn(db.engine):
        session.info[_OPEN] = True
        session.info[_AFTERWARDS] = []
        try:
            connection = session.connection(execution_options={WRITE_OPTION: True})
            with changes_of(session, connection) as tell:
                yield session
                tell()
            session.commit()
        except BaseException as error:
            session.rollback()
            if isinstance(error, OperationalError) and is_busy(error):
                raise Busy from error
            raise
        finally:
            session.info.pop(_OPEN, None)
            afterwards = session.info.pop(_AFTERWARDS, [])
    for act in afterwards:
        act()


def after_commit(act: Callable[[], None]) -> None:
    """Have `act` called when the transaction that is open has been committed, and not at all when it is not."""
    db.session().info[_AFTERWARDS].append(act)


@contextmanager
def revocable() -> Iterator[Callable[[], None]]:
    """Run a block inside a transaction so that it can be undone alone: call what is yielded, as the block's last act.

    What the transaction did before the block stands either way.
    """
    with transaction() as session, session.begin_nested() as savepoint:
        yield savepoint.rollback


def locking(statement: Select[Row]) -> Select[Row]:
    """Return a statement that is built once and asked by `lock_row`, for what is locked often."""
    guarded = statement.column_descriptions[0]["entity"]
    return statement.with_for_update(of=guarded).execution_options(populate_existing=True)


def lock_row(statement: Select[Row], **values: Any) -> Row:
    """Load the one row of `statement` afresh and hold it until the transaction ends. Raises NotFound.

    `values` are of a statement that was made by `locking`. On SQLite the whole database is already held, and the lock clause
    is left out of the statement.
    """
    fresh = statement if values else locking(statement)
    return found(db.session.execute(fresh, values).unique().scalar_one_or_none())


def is_busy(error: OperationalError) -> bool:
    """Say whether somebody else held what was asked for: trying again may do."""
    code = getattr(error.orig, "sqlstate", None)
    return code in _BUSY_CODES or "database is locked" in str(error.orig)


#: "DELETE" and its like, and the table
Change = tuple[str, str]
Listener = Callable[[Session, AbstractSet[Change]], None]

#: execution option of a statement whose writer knows that it changes nothing that anybody is shown
UNTOLD: Final = "eventreg_untold"
_LISTENER, _SHELF = "eventreg_changes", "eventreg_shelf"
_CHANGED = "eventreg_changed"
_WRITES = re.compile(
    r'(?<!FOR )(?<!KEY )\b(INSERT|UPDATE|DELETE)\s+(?!SET\b)(?:INTO\s+|FROM\s+)?"?(\w+)', re.IGNORECASE
)
_HARMLESS = re.compile(r"\s*(?:SELECT|WITH|SAVEPOINT|RELEASE|ROLLBACK|SET|PRAGMA)\b", re.IGNORECASE)
_MOST_THINGS = 200
_WORD = re.compile(r"\w+")
_read: ContextVar[set[str] | None] = ContextVar("eventreg_read", default=None)


def init_changes(app: Flask, listener: Listener) -> None:
    """Have `listener` told of every transaction that changed something, just before it commits and inside of it."""
    app.extensions[_LISTENER] = listener


def watch_changes(engine: Engine) -> None:
    """See what statements on `engine` write and read. Call once for each engine."""

    @event.listens_for(engine, "after_cursor_execute")
    def see(connection: Connection, _cursor: Any, statement: str, _given: Any, context: Any, _many: bool) -> None:
        read, changed = _read.get(), connection.info.get(_CHANGED)
        if read is not None:
            read.update(_WORD.findall(statement))
        if changed is None or statement.startswith("SELECT") or context.execution_options.get(UNTOLD):
            return
        found = _WRITES.findall(statement)
        if not found and not _HARMLESS.match(statement):
            found = [("", statement.split(maxsplit=1)[0])]
        changed.update((verb.upper(), table) for verb, table in found)


@contextmanager
def changes_of(session: Session, connection: Connection) -> Iterator[Callable[[], None]]:
    """Note what a block changes; what is yielded tells whoever listens, as the last act before the commit."""
    changed: set[Change] = set()
    info = connection.info
    info[_CHANGED] = changed

    def tell() -> None:
        session.flush()
        listener: Listener | None = current_app.extensions.get(_LISTENER)
        if changed and listener is not None:
            listener(session, frozenset(changed))

    try:
        yield tell
    finally:
        info.pop(_CHANGED, None)


@contextmanager
def words_of_statements() -> Iterator[set[str]]:
    """Note every word of the statements that a block asks: among them the tables that it reads."""
    words: set[str] = set()
    token = _read.set(words)
    try:
        yield words
    finally:
        _read.reset(token)


def emptied_with(table: str) -> set[str]:
    """Return the tables whose rows go, or change, with a row of `table` that is deleted."""
    found: set[str] = set()
    waiting = [table]
    while waiting:
        target = waiting.pop()
        for other in Base.metadata.tables.values():
            keys = (key for key in other.foreign_keys if key.column.table.name == target and key.ondelete)
            if other.name not in found and any(keys):
                found.add(other.name)
                waiting.append(other.name)
    return found


@dataclass
class Shelf:
    """What a process keeps of rows that it has read, while a number stands that changes renew."""

    #: asks for the number, outside of the session
    read: Callable[[], int | None]
    #: the same as a statement
    question: str
    #: the tables whose changes do not renew it
    unseen: AbstractSet[str]
    #: the number, and what was read under it: the thing, and the words of the statements
    edition: tuple[int | None, dict[Hashable, tuple[Any, AbstractSet[str]]]] = (None, {})


def init_shelf(app: Flask, shelf: Shelf) -> None:
    """Have `from_shelf` keep what it reads on this shelf."""
    app.extensions[_SHELF] = shelf


def from_shelf(key: tuple[Hashable, ...], load: Callable[[], Thing]) -> Thing:
    """Return what `load` reads, of memory as long as it is what it would read. Its records belong to no session.

    For what is shown or said; a decision reads its rows itself, under the lock. `load` loads all that is used of them.
    Nothing is kept for whoever has begun to read already: what they see may be older than the number.
    """
    shelf: Shelf | None = current_app.extensions.get(_SHELF)
    session: Session = db.session()
    number = shelf.read() if shelf is not None and not session.in_transaction() else None
    if shelf is None or number is None:
        return load()
    stands, things = shelf.edition
    if number != stands or key not in things:
        # As the session sees it: the rows are of no earlier moment than the number under which they are kept.
        with words_of_statements():  # it is no part of what is read
            number = session.execute(text(shelf.question)).scalar()
        with words_of_statements() as words:
            thing = load()
        session.expunge_all()
        if number != stands:
            stands, things = shelf.edition = number, {}
        kept: tuple[Thing, AbstractSet[str]] = thing, words
        if not words & shelf.unseen and len(things) < _MOST_THINGS:
            things[key] = kept
    else:
        kept = things[key]
    if (read := _read.get()) is not None:
        read.update(kept[1])
    return kept[0]


def clear_shelf() -> None:
    """Forget what is kept: it was not what is in the database, which somebody changed in another way than all do."""
    if (shelf := current_app.extensions.get(_SHELF)) is not None:
        shelf.edition = (None, {})
