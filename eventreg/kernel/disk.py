"""The disk: files that last (there for good, with their names, before anybody is told of them), and room.

Files that people send stop before the disk is full, so that the database can go on writing.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

_MEGABYTE = 1_000_000
#: bytes that kept files leave free
LEFT_BY_FILES = 200 * _MEGABYTE
#: bytes below which a registration may fail
NEEDED = 20 * _MEGABYTE


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


def free_bytes(folder: Path) -> int:
    """Return how many bytes are free for us on the disk of a folder, which need not be there yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def has_room_for_files(folder: Path) -> bool:
    """Say whether the disk of a folder takes a file that somebody sends."""
    return free_bytes(folder) >= LEFT_BY_FILES
