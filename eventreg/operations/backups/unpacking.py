"""Taking a backup apart into a folder, everything checked before anything is used."""

from __future__ import annotations

import hashlib
import re
import tarfile
import zlib
from pathlib import Path
from typing import IO

from eventreg.operations import OperationRefused
from eventreg.operations.backups.manifest import KEYS, MANIFEST, MATERIALS, TABLES, UPLOADS, Manifest, parse_manifest

#: every name that a backup has; nothing that leads out of a folder
_NAME = re.compile(rf"{MANIFEST}|{KEYS}|{TABLES}[a-z_]+\.jsonl|(?:{UPLOADS}|{MATERIALS})[\w-][\w.-]*(?:/[\w-][\w.-]*)*")
_BLOCK = 1 << 20


def unpack(source: Path, folder: Path) -> Manifest:
    """Write the parts of a backup below `folder` and return its manifest.

    Raises OperationRefused for a file that is no backup, is cut short, or was altered, and FileNotFoundError.
    """
    try:
        with source.open("rb") as file, tarfile.open(fileobj=file, mode="r:gz") as archive:
            hashes = {member.name: _unpack_one(archive, member, folder) for member in archive}
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise OperationRefused(f"{source} is no backup of eventreg, or is cut short: {error}") from error
    if MANIFEST not in hashes:
        raise OperationRefused(f"{source} is no whole backup: it has no manifest.")
    del hashes[MANIFEST]
    manifest = parse_manifest((folder / MANIFEST).read_bytes())
    for name in sorted({*hashes, *manifest.hashes}):
        if hashes.get(name) != manifest.hashes.get(name):
            raise OperationRefused(f"{source} was altered or is damaged: {name} is not what the manifest says.")
    missing = [table.name for table in manifest.tables if f"{TABLES}{table.name}.jsonl" not in hashes]
    if missing:
        raise OperationRefused(f"{source} is no whole backup: the table {missing[0]} is not in it.")
    return manifest


def _unpack_one(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    content = archive.extractfile(member) if member.isreg() and _NAME.fullmatch(member.name) else None
    if content is None:
        raise OperationRefused(f"The file is no backup of eventreg: it holds {member.name!r}.")
    target = folder / member.name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with target.open("xb") as file:
        target.chmod(0o600)
        return _copy(content, file)


def _copy(content: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := content.read(_BLOCK):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()
