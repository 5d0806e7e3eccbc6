"""Rows of a backup going into a database that is at the backup's revision.

Values of columns as JSON, and back: by the kind of column, which the manifest names.
"""

import base64
import enum
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Time,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.types import TypeEngine

from eventreg.db import Localized, UtcDateTime
from eventreg.migrations import runner
from eventreg.operations import OperationRefused
from eventreg.operations.backups.manifest import Manifest, TablePart
from eventreg.operations.backups.reading import Backup

_BATCH = 500
#: there from the commit of restored rows until their files are in place; no migration makes it, and no model reads it
_MARK = Table("restore_under_way", MetaData(), Column("id", String(40), primary_key=True))


def holds_rows(connection: Connection) -> bool:
    """Say whether any table of the database has a row, but for those that every database gets: no data of anybody."""
    names = set(inspect(connection).get_table_names()) - {"alembic_version", "public_number", _MARK.name}
    return any(connection.execute(select(1).select_from(table(name)).limit(1)).first() for name in names)


def mark_restore(connection: Connection, restore_id: str) -> None:
    """Let the rows say, as soon as they are committed, which restore brought them."""
    _MARK.drop(connection, checkfirst=True)
    _MARK.create(connection)
    connection.execute(insert(_MARK).values(id=restore_id))


def restore_marked(engine: Engine) -> str | None:
    """Return the restore that brought the rows and was not finished since, or None."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(_MARK.name):
            return None
        return connection.execute(select(_MARK.c.id)).scalar_one_or_none()


def forget_mark(engine: Engine) -> None:
    """Let nothing remind of a restore that is finished."""
    with runner.alone(engine) as connection:
        _MARK.drop(connection, checkfirst=True)


def insert_rows(connection: Connection, backup: Backup, progress: Callable[[int], None]) -> None:
    """Insert every row of a backup, then let the sequences go on after them. Raises OperationRefused."""
    for part in backup.manifest.tables:
        unknown = sorted(kind for kind in part.columns.values() if kind not in KINDS)
        if unknown:
            raise OperationRefused(f"The backup has values of a kind {unknown[0]!r} that this eventreg does not know.")
        _insert_table(connection, part, backup.lines(part.name), progress)
    _set_sequences(connection, backup.manifest)


def _insert_table(
    connection: Connection, part: TablePart, lines: Iterator[bytes], progress: Callable[[int], None]
) -> None:
    # Not the models: they are those of the newest revision, and the backup may be older.
    target = table(part.name, *(column(name, KINDS[kind].stored_as) for name, kind in part.columns.items()))
    while batch := [_row(part, line) for line in islice(lines, _BATCH)]:
        connection.execute(insert(target), batch)
        progress(len(batch))
    held = connection.execute(select(func.count()).select_from(target)).scalar_one()
    if held != part.rows:
        raise OperationRefused(f"The table {part.name} has {held} rows instead of {part.rows}.")


def _row(part: TablePart, line: bytes) -> dict[str, Any]:
    values = zip(part.columns.items(), json.loads(line), strict=True)
    return {name: read(kind, value) for (name, kind), value in values}


#: tables whose ids are named elsewhere, too, after their rows are gone: none is given twice
_NAMED_IN = {
    "registrations": "SELECT max(id) FROM erased_registrations",
    "saved_forms": "SELECT max(record_id) FROM mail_messages WHERE record_kind = 'saved_form'",
}


def _set_sequences(connection: Connection, manifest: Manifest) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    known = {part.name for part in manifest.tables}
    for name, key in _numbered(manifest):
        if is_sqlite and (name not in _NAMED_IN or "erased_registrations" not in known):
            continue  # it goes on after the highest id by itself
        last: int | None = connection.execute(select(func.max(column(key))).select_from(table(name))).scalar_one()
        if key == "id" and name in _NAMED_IN and "erased_registrations" in known:
            last = max(last or 0, connection.execute(text(_NAMED_IN[name])).scalar_one() or 0) or None
        if is_sqlite and key == "id" and last is not None:
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
            connection.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), {"name": name, "last": last})
        elif not is_sqlite and last is not None:
            sequence = connection.execute(select(func.pg_get_serial_sequence(name, key))).scalar_one()
            if sequence is not None:
                connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


def _numbered(manifest: Manifest) -> Iterator[tuple[str, str]]:
    for part in manifest.tables:
        yield from ((part.name, name) for name, kind in part.columns.items() if kind == "integer")


class Kind(NamedTuple):
    """How one kind of column is written and read. `stored_as` is the plain type by which it is inserted again."""

    stored_as: TypeEngine[Any]
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _as_it_is(value: Any) -> Any:
    return value


def _choice(value: Any) -> Any:
    return value.value if isinstance(value, enum.Enum) else value


KINDS: Mapping[str, Kind] = {
    "integer": Kind(BigInteger(), _as_it_is, _as_it_is),
    "flag": Kind(Boolean(), _as_it_is, _as_it_is),
    "text": Kind(String(), _choice, _as_it_is),
    "json": Kind(JSON(none_as_null=True), _as_it_is, _as_it_is),
    "instant": Kind(UtcDateTime(), lambda value: value.isoformat(), datetime.fromisoformat),
    "day": Kind(Date(), lambda value: value.isoformat(), date.fromisoformat),
    "time": Kind(Time(), lambda value: value.isoformat(), time.fromisoformat),
    "bytes": Kind(LargeBinary(), lambda value: base64.b64encode(value).decode("ascii"), base64.b64decode),
}

#: the first that fits counts: an Enum is a String too
_TYPES: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (UtcDateTime, "instant"),
    (Localized, "json"),
    (JSON, "json"),
    (Enum, "text"),
    (String, "text"),
    (Boolean, "flag"),
    (Integer, "integer"),
    (DateTime, "instant"),
    (Date, "day"),
    (Time, "time"),
    (LargeBinary, "bytes"),
)


def kind_of(column: Column[Any]) -> str:
    """Return the kind of a model's column. Raises LookupError for a type that no backup knows yet."""
    for known, kind in _TYPES:
        if isinstance(column.type, known):
            return kind
    raise LookupError(f"{column} has a type that backups cannot carry: {column.type!r}")


def written(kind: str, value: Any) -> Any:
    """Return a value as JSON has it."""
    return None if value is None else KINDS[kind].write(value)


def read(kind: str, value: Any) -> Any:
    """Return a value as the database takes it."""
    return None if value is None else KINDS[kind].read(value)
