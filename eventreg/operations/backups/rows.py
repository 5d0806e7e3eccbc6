"""Rows of a backup going into a database that is at the backup's revision."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, column, func, insert, inspect, select, table, text

from eventreg.operations import OperationRefused
from eventreg.operations.backups.manifest import TABLES, Manifest, TablePart
from eventreg.operations.backups.values import KINDS, read

_BATCH = 500


def holds_rows(connection: Connection) -> bool:
    """Say whether any table of the database has a row, alembic's own apart."""
    names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
    return any(connection.execute(select(1).select_from(table(name)).limit(1)).first() for name in names)


def insert_rows(connection: Connection, manifest: Manifest, folder: Path, progress: Callable[[int], None]) -> None:
    """Insert every row below `folder`, then let the sequences go on after them. Raises OperationRefused."""
    for part in manifest.tables:
        unknown = sorted(kind for kind in part.columns.values() if kind not in KINDS)
        if unknown:
            raise OperationRefused(f"The backup has values of a kind {unknown[0]!r} that this eventreg does not know.")
        _insert_table(connection, part, folder, progress)
    if connection.dialect.name == "postgresql":
        _set_sequences(connection, manifest)


def _insert_table(connection: Connection, part: TablePart, folder: Path, progress: Callable[[int], None]) -> None:
    # Not the models: they are those of the newest revision, and the backup may be older.
    target = table(part.name, *(column(name, KINDS[kind].stored_as) for name, kind in part.columns.items()))
    with (folder / f"{TABLES}{part.name}.jsonl").open(encoding="utf-8") as lines:
        while batch := [_row(part, line) for line in islice(lines, _BATCH)]:
            connection.execute(insert(target), batch)
            progress(len(batch))
    held = connection.execute(select(func.count()).select_from(target)).scalar_one()
    if held != part.rows:
        raise OperationRefused(f"The table {part.name} has {held} rows instead of {part.rows}.")


def _row(part: TablePart, line: str) -> dict[str, Any]:
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
