"""Files that last: on the disk for good, with their names, before anybody is told of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_new(path: Path, parts: Iterable[bytes]) -> None:
    """Write a new file (0600), whose content is on the disk when this returns; its name is once `sync_folder` ran."""
    write_parts(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), parts)


def write_parts(descriptor: int, parts: Iterable[bytes]) -> None:
    """Write to an open file, and close it: the content is on the disk when this returns."""
    with os.fdopen(descriptor, "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Let the names in a folder, as they are now, outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
