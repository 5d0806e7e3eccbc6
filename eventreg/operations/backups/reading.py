"""A backup that is open: everything in it is checked before anything is used, and read again from where it lies.

Nothing of it is unpacked: its tables are people's data in plain, and would outlive a restore that is killed.
"""

import gzip
import hashlib
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from eventreg.operations import OperationRefused
from eventreg.operations.backups.manifest import (
    ERASED,
    KEYS,
    MANIFEST,
    MATERIALS,
    TABLES,
    UPLOADS,
    Manifest,
    parse_manifest,
)

#: every name that a backup has; nothing that leads out of a folder
_NAME = re.compile(
    rf"{MANIFEST}|{KEYS}|{ERASED}|{TABLES}[a-z_]+\.jsonl|(?:{UPLOADS}|{MATERIALS})[\w-][\w.-]*(?:/[\w-][\w.-]*)*"
)
_BLOCK = 1 << 20
_DAMAGES = (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error)


class Backup:
    """The parts of a backup, by name. Those that are asked for in the order of the file are read quickest."""

    def __init__(self, archive: tarfile.TarFile, members: Mapping[str, tarfile.TarInfo], manifest: Manifest) -> None:
        """Hold an archive whose members have been checked."""
        self._archive, self._members = archive, members
        self.manifest = manifest

    def names(self, beginning: str) -> list[str]:
        """Return the names that begin so."""
        return [name for name in self._members if name.startswith(beginning)]

    def lines(self, table: str) -> Iterator[bytes]:
        """Yield the rows of a table. Raises OperationRefused at the end of what is not any more what was checked."""
        name = f"{TABLES}{table}.jsonl"
        return self._checked(name, self._open(name))

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield a part. Raises OperationRefused at the end of what is not any more what was checked."""
        return self._checked(name, iter(partial(self._open(name).read, _BLOCK), b""))

    def _open(self, name: str) -> IO[bytes]:
        content = self._archive.extractfile(self._members[name])
        assert content is not None  # noqa: S101 - the check has read it; said for mypy
        return content

    def _checked(self, name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
            yield piece
        if digest.hexdigest() != self.manifest.hashes[name]:
            raise OperationRefused(f"The backup was changed while it was read: {name}.")


@contextmanager
def opened(source: Path) -> Iterator[Backup]:
    """Yield a backup all of whose parts are what its manifest says.

    Raises OperationRefused for a file that is no backup, is cut short, or was altered, and FileNotFoundError.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(source.open("rb"))
            archive = stack.enter_context(tarfile.open(fileobj=file, mode="r:gz"))
            backup = _check(source, archive)
        except _DAMAGES as error:
            raise OperationRefused(f"{source} is no backup of eventreg, or is cut short: {error}") from error
        yield backup


def _check(source: Path, archive: tarfile.TarFile) -> Backup:
    members: dict[str, tarfile.TarInfo] = {}
    hashes: dict[str, str] = {}
    content = b""
    for member in archive:
        file = archive.extractfile(member) if member.isreg() and _NAME.fullmatch(member.name) else None
        if file is None or member.name in members:
            raise OperationRefused(f"The file is no backup of eventreg: it holds {member.name!r}.")
        members[member.name] = member
        if member.name == MANIFEST:
            content = file.read()
        else:
            hashes[member.name] = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # it has readinto
    if MANIFEST not in members:
        raise OperationRefused(f"{source} is no whole backup: it has no manifest.")
    manifest = parse_manifest(content)
    for name in sorted({*hashes, *manifest.hashes}):
        if hashes.get(name) != manifest.hashes.get(name):
            raise OperationRefused(f"{source} was altered or is damaged: {name} is not what the manifest says.")
    missing = [table.name for table in manifest.tables if f"{TABLES}{table.name}.jsonl" not in hashes]
    if missing:
        raise OperationRefused(f"{source} is no whole backup: the table {missing[0]} is not in it.")
    return Backup(archive, members, manifest)
