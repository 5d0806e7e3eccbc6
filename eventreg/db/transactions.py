"""How the database is written: one use case, one transaction, and `transaction()` alone commits.

SQLite lets a waiting writer sleep for up to a tenth of a second between two looks, and whoever comes at the right moment goes
first: with eight writers somebody waits for seconds. So writers queue before they ask: one thread of a process at a time,
in their order, and of those the first to lock a file beside the database, before which one process waits at a door, so that
processes take turns. It is a courtesy, no guard: `BEGIN IMMEDIATE` is the guard, and whoever writes without a turn (a backup,
a migration) only makes others wait as before.

What a transaction changes and a page reads, by the names of tables, is seen on the connection, so that no writer can forget:
statements of every kind pass here, of the session, of Core, written out as text.
"""

import fcntl
import os
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Set as AbstractSet
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from flask import Flask, current_app
from sqlalchemy import Connection, Engine, Select, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from eventreg.db.base import Base, Row, db, found
from eventreg.kernel.errors import Busy

Thing = TypeVar("Thing")

#: The execution option by which `transaction()` asks for the write lock at once.
WRITE_OPTION = "eventreg_write"
#: How long a writer waits for its turn before it is told to try again, in milliseconds.
LOCK_WAIT_MS = 5_000
_LOOK_AGAIN_SECONDS = 0.0005


class _Line:
    """A lock that threads have in the order in which they asked: of `threading.Lock` some wait while others come and go."""

    def __init__(self) -> None:
        self._guard, self._is_held = threading.Lock(), False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait for one's turn, so many seconds at most. False: it did not come."""
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return True
            ticket = threading.Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        if ticket.acquire(timeout=timeout):
            return True
        with self._guard:
            # At the last moment it may have come all the same.
            is_waiting = ticket in self._waiting
            if is_waiting:
                self._waiting.remove(ticket)
        return not is_waiting

    def release(self) -> None:
        """Hand over to who comes next."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False


_in_process: dict[str, _Line] = {}
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
        with ExitStack() as held:
            # Whoever comes next waits at the door: else the process that ends a turn would have the next one, too.
            with _file_locked(Path(f"{path}-next"), deadline):
                held.enter_context(_file_locked(Path(f"{path}-turn"), deadline))
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


def _lock_of(path: str) -> _Line:
    with _guard:
        return _in_process.setdefault(path, _Line())


def begin_sqlite(connection: Connection) -> None:
    """Begin as `transaction()` wishes, or to read."""
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

#: execution option of a statement that PostgreSQL is to plan for each asking: no plan fits all its values
PLANNED_ANEW: Final = "eventreg_planned_anew"
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
