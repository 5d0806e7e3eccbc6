"""Rows of a backup going into a database that is at the backup's revision."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)

from eventreg.migrations import runner
from eventreg.operations import OperationRefused
from eventreg.operations.backups.manifest import Manifest, TablePart
from eventreg.operations.backups.reading import Backup
from eventreg.operations.backups.values import KINDS, read

_BATCH = 500
#: there from the commit of restored rows until their files are in place; no migration makes it, and no model reads it
_MARK = Table("restore_under_way", MetaData(), Column("id", String(40), primary_key=True))


def holds_rows(connection: Connection) -> bool:
    """Say whether any table of the database has a row, alembic's own and the mark of a restore apart."""
    names = set(inspect(connection).get_table_names()) - {"alembic_version", _MARK.name}
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
    if connection.dialect.name == "postgresql":
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


def _set_sequences(connection: Connection, manifest: Manifest) -> None:
    for name, key in _numbered(manifest):
        sequence = connection.execute(select(func.pg_get_serial_sequence(name, key))).scalar_one()
        last: int | None = connection.execute(select(func.max(column(key))).select_from(table(name))).scalar_one()
        if sequence is not None and last is not None:
            connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


def _numbered(manifest: Manifest) -> Iterator[tuple[str, str]]:
    for part in manifest.tables:
        yield from ((part.name, name) for name, kind in part.columns.items() if kind == "integer")
