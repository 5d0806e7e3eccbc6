"""The disk: files that last (there for good, with their names, before anybody is told of them), and room.

Backups and exports appear under their name only when they are whole.

Files that people send stop before the disk is full, so that the database can go on writing.
"""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

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


#: what a file system says that has no files without a name; a system that knows of none has no flag for it
_CANNOT = {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT}
_NAMELESS = getattr(os, "O_TMPFILE", 0)
_OPENED = Path("/proc/self/fd")


@contextmanager
def appearing_whole(target: Path) -> Iterator[IO[bytes]]:
    """Yield a file (0600, to write and read) that gets its name when it is whole and on disk. Raises FileExistsError.

    Until then it has none, so that nothing is left of it when the process is killed. Where the file system knows no such
    files it has a hidden one beside the target.
    """
    if target.exists():
        raise _taken(target)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    descriptor = _without_name(target.parent)
    source = partial if descriptor is None else _OPENED / str(descriptor)
    if descriptor is None:
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            _name(source, target)
        sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def _without_name(folder: Path) -> int | None:
    if not _NAMELESS or not _OPENED.is_dir():
        return None
    try:
        return os.open(folder, _NAMELESS | os.O_RDWR, 0o600)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
        return None


def _name(source: Path, target: Path) -> None:
    if source.parent != _OPENED:
        source.rename(target)
        return
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        # With a folder given the link is followed, to the file that it stands for.
        os.link(source, target.name, dst_dir_fd=folder, follow_symlinks=True)
    except FileExistsError as error:
        raise _taken(target) from error
    finally:
        os.close(folder)


def _taken(target: Path) -> FileExistsError:
    return FileExistsError(errno.EEXIST, "There is a file of that name already", str(target))
