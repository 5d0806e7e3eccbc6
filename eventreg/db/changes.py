"""What a transaction changes and a page reads, by the names of tables: seen on the connection, so that no writer can forget.

Statements of every kind pass here: of the session, of Core, written out as text.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Set as AbstractSet
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Flask, current_app
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.orm import Session

from eventreg.db.base import Base, db

Thing = TypeVar("Thing")

#: "DELETE" and its like, and the table
Change = tuple[str, str]
Listener = Callable[[Session, AbstractSet[Change]], None]

#: execution option of a statement whose writer knows that it changes nothing that anybody is shown
UNTOLD: Final = "eventreg_untold"
_EXTENSION, _SHELF = "eventreg_changes", "eventreg_shelf"
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
    app.extensions[_EXTENSION] = listener


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
        listener: Listener | None = current_app.extensions.get(_EXTENSION)
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
