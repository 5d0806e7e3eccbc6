"""Writing a backup: one snapshot of the database, then the files that it names."""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, Table, func, select

from eventreg.config import Config
from eventreg.db.base import Base
from eventreg.kernel.clock import now
from eventreg.kernel.keys import load_keys
from eventreg.migrations.runner import check_revision, head
from eventreg.operations.appearing import appearing_whole
from eventreg.operations.backups.keyfile import fingerprints, seal_keys
from eventreg.operations.backups.manifest import (
    FORMAT,
    KEYS,
    MANIFEST,
    TABLES,
    Manifest,
    TablePart,
    file_folders,
    kept_files,
)
from eventreg.operations.backups.values import kind_of, written

#: called with a number of rows and files as they are done
Progress = Callable[[int], None]
#: rows fetched and written at a time
_BATCH = 500


def write_backup(config: Config, engine: Engine, target: Path, passphrase: str | None, progress: Progress) -> Manifest:
    """Write the instance to `target` (0600), whole or not at all; with a passphrase the keys too, encrypted by it.

    Other processes go on working. Raises FileExistsError, SchemaUnfit, KeysUnusable.
    """
    check_revision(engine)
    keys = load_keys(config.keys)
    with appearing_whole(target) as file, tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
        parts = _Parts(archive)
        with snapshot(engine) as connection:
            tables = tuple(_write_table(parts, connection, table, progress) for table in Base.metadata.sorted_tables)
        for name, path in files_of(config):
            parts.add_file(name, path)
            progress(1)
        if passphrase is not None:
            parts.add(KEYS, seal_keys(config.keys.read_bytes(), passphrase))
        manifest = Manifest(
            format=FORMAT,
            version=importlib.metadata.version("eventreg"),
            revision=head(),
            database=engine.dialect.name,
            made_at=now().isoformat(timespec="seconds"),
            fingerprints=fingerprints(keys),
            tables=tables,
            hashes=parts.hashes,
        )
        parts.add(MANIFEST, manifest.to_json().encode())
    return manifest


def count_work(config: Config, engine: Engine) -> int:
    """Return about how many rows and files there are, for a progress bar."""
    with snapshot(engine) as connection:
        rows = sum(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        )
    return rows + sum(1 for _ in files_of(config))


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees the database as it is at this moment until the block is left."""
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def files_of(config: Config) -> Iterator[tuple[str, Path]]:
    """Yield every kept file with its name in the backup."""
    for beginning, folder in file_folders(config).items():
        for path in kept_files(folder):
            yield f"{beginning}{path.relative_to(folder).as_posix()}", path


class _Parts:
    """The archive, and the hash of everything that went into it."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self.hashes: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> None:
        self._add(name, io.BytesIO(content), len(content), hashlib.sha256(content).hexdigest())

    def add_file(self, name: str, path: Path) -> None:
        """Add a file, unless it was swept since it was listed."""
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                file.seek(0)
                self._add(name, file, os.fstat(file.fileno()).st_size, digest)
        except FileNotFoundError:
            return

    def _add(self, name: str, content: IO[bytes], size: int, digest: str) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(now().timestamp())
        self._archive.addfile(member, content)
        if name != MANIFEST:
            self.hashes[name] = digest


def _write_table(parts: _Parts, connection: Connection, table: Table, progress: Progress) -> TablePart:
    kinds = {column.name: kind_of(column) for column in table.columns}
    rows = 0
    # tar wants to know the size beforehand, and a table may be larger than the memory.
    with tempfile.NamedTemporaryFile("w+b") as file:
        found = connection.execution_options(yield_per=_BATCH).execute(select(table).order_by(*table.primary_key))
        for batch in found.partitions():
            for row in batch:
                file.write(_line(kinds, row))
            rows += len(batch)
            progress(len(batch))
        file.flush()
        parts.add_file(f"{TABLES}{table.name}.jsonl", Path(file.name))
    return TablePart(table.name, kinds, rows)


def _line(kinds: dict[str, str], row: Any) -> bytes:
    values = [written(kind, value) for kind, value in zip(kinds.values(), row, strict=True)]
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"
