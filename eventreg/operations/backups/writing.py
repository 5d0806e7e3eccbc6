"""Writing a backup: one snapshot of the database, then the files that it names."""

import hashlib
import importlib.metadata
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select

from eventreg.config import Config
from eventreg.db import Base
from eventreg.db.engines import take_time
from eventreg.kernel.clock import now
from eventreg.kernel.disk import appearing_whole
from eventreg.kernel.keys import fingerprint, load_keys
from eventreg.migrations.runner import check_revision, head
from eventreg.operations import OperationRefused
from eventreg.operations.backups.manifest import (
    ERASED,
    FORMAT,
    KEYS,
    MANIFEST,
    TABLES,
    Manifest,
    TablePart,
    file_folders,
    fingerprints,
    kept_files,
    seal_keys,
)
from eventreg.operations.backups.rows import kind_of, written
from eventreg.privacy import ledger

#: called with a number of rows and files as they are done
Progress = Callable[[int], None]
#: rows fetched and written at a time
_BATCH = 500
_BLOCK = 1 << 20


def write_backup(config: Config, engine: Engine, target: Path, passphrase: str | None, progress: Progress) -> Manifest:
    """Write the instance to `target` (0600), whole or not at all; with a passphrase the keys too, encrypted by it.

    Other processes go on working. Raises FileExistsError, SchemaUnfit, KeysUnusable.
    """
    check_revision(engine)
    keys = load_keys(config.keys)
    made_at = now()
    # Before the snapshot: whoever is erased from now on is still in it, and in the ledger of whatever restores it.
    ledger.record(config.erased, fingerprint(keys.links), (), made_at)
    with appearing_whole(target) as file, tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
        parts = _Parts(archive)
        with snapshot(engine) as connection:
            tables = tuple(_write_table(parts, connection, table, progress) for table in Base.metadata.sorted_tables)
        for name, path in files_of(config):
            parts.add_file(name, path)
            progress(1)
        parts.add_file(ERASED, config.erased)
        if passphrase is not None:
            parts.add(KEYS, seal_keys(config.keys.read_bytes(), passphrase))
        manifest = Manifest(
            format=FORMAT,
            version=importlib.metadata.version("eventreg"),
            revision=head(),
            database=engine.dialect.name,
            made_at=made_at.isoformat(timespec="seconds"),
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
        take_time(connection)
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
        self.add_pieces(name, [content], len(content))

    def add_file(self, name: str, path: Path) -> None:
        """Add a file, unless it was swept since it was listed."""
        with suppress(FileNotFoundError), path.open("rb") as file:
            self.add_pieces(name, iter(partial(file.read, _BLOCK), b""), os.fstat(file.fileno()).st_size)

    def add_pieces(self, name: str, pieces: Iterable[bytes], size: int) -> None:
        """Add what comes in pieces, of a size that is known beforehand. Raises OperationRefused when it is another."""
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(now().timestamp())
        content = _Pieces(pieces)
        with io.BufferedReader(content, _BLOCK) as file:
            self._archive.addfile(member, file)
            if file.read(1):
                raise OperationRefused(f"{name} was changed while it was backed up. Try again.")
        if name != MANIFEST:
            self.hashes[name] = content.digest.hexdigest()


class _Pieces(io.RawIOBase):
    """Pieces as a file that is read once, with the hash of what was read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._held = iter(pieces), memoryview(b"")
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        self._held = self._held or memoryview(next(self._pieces, b""))
        taken = self._held[: len(target)]
        self._held = self._held[len(taken) :]
        self.digest.update(taken)
        target[: len(taken)] = taken
        return len(taken)


def _write_table(parts: _Parts, connection: Connection, table: Table, progress: Progress) -> TablePart:
    kinds = {column.name: kind_of(column) for column in table.columns}
    name = f"{TABLES}{table.name}.jsonl"
    # tar wants to know the size beforehand, and a table may be larger than the memory. It is read twice of the same
    # snapshot, so that no row lies on the disk in plain, where a backup that is killed would leave it.
    size = sum(len(lines) for _rows, lines in _lines(connection, table, kinds))
    rows = 0

    def counted() -> Iterator[bytes]:
        nonlocal rows
        for number, lines in _lines(connection, table, kinds):
            rows += number
            progress(number)
            yield lines

    parts.add_pieces(name, counted(), size)
    return TablePart(table.name, kinds, rows)


def _lines(connection: Connection, table: Table, kinds: dict[str, str]) -> Iterator[tuple[int, bytes]]:
    """Yield batches of rows: how many they are, and their lines."""
    found = connection.execution_options(yield_per=_BATCH).execute(select(table).order_by(*table.primary_key))
    for batch in found.partitions():
        yield len(batch), b"".join(_line(kinds, row) for row in batch)


def _line(kinds: dict[str, str], row: Any) -> bytes:
    values = [written(kind, value) for kind, value in zip(kinds.values(), row, strict=True)]
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"
