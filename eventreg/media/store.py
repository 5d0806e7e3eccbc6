"""Files on the disk: written so that they last, sealed in parts so that a large one is never whole in the memory, swept
when no row knows them.

A sealed file is a row of parts, each 4 bytes of length and then what `kernel.sealing.seal` made of at most 1 MiB, bound to
"<place>/<number of the part>" and the last one to "<place>/<number>/end": a part that is missing, or from elsewhere, shows.
"""

import errno
import logging
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from eventreg.kernel import disk, sealing
from eventreg.kernel.errors import NotFound, described
from eventreg.kernel.keys import Keys

log = logging.getLogger(__name__)

ENDING = ".sealed"
#: bytes of a part before sealing
_PART = 1 << 20
_LENGTH_BYTES = 4
#: a file younger than the longest request may belong to a row that is not committed yet
_YOUNG = timedelta(hours=1)


class CannotKeep(Exception):
    """The disk takes no more, or so little that the database needs it. Nothing is left of the file."""


def path_of(folder: Path, file_id: str) -> Path:
    """Return where a file is kept; the folder (0700) is made when it is not there."""
    return make_folder(folder) / f"{file_id}{ENDING}"


def make_folder(folder: Path) -> Path:
    """Return a folder that is its owner's alone (0700), made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def write_file(folder: Path, file_id: str, parts: Iterable[bytes], *, leaves_room: bool = True) -> None:
    """Write a new file (0600) that is on the disk for good when this returns. Raises CannotKeep.

    Leaves room on the disk for what the database has to write, unless the file is one that was kept before, or is small.
    """
    try:
        path = path_of(folder, file_id)
        if leaves_room and not disk.has_room_for_files(folder):
            raise OSError(errno.ENOSPC, "little room is left")
        # A name that is taken is refused here, before anything that would have to be undone.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _write(descriptor, path, parts)
        except BaseException:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        log.error("A file cannot be kept in the %s folder: %s, %s", folder.name, reason, described(error))
        raise CannotKeep from error


def sealed_parts(keys: Keys, content: bytes, place: str) -> Iterator[bytes]:
    """Yield what is written of `content`: see the head of this file."""
    view = memoryview(content)
    starts = range(0, max(len(content), 1), _PART)
    for number, start in enumerate(starts):
        is_last = number == len(starts) - 1
        yield _sealed(keys, bytes(view[start : start + _PART]), _place(place, number, is_last))


def sealed_stream(keys: Keys, chunks: Iterable[bytes], place: str) -> Iterator[bytes]:
    """Yield what is written of a content that comes in pieces of any size, and is never whole in the memory."""
    held, number = bytearray(), 0
    for chunk in chunks:
        held += chunk
        # The last part is sealed as such, so one is always held back.
        while len(held) > _PART:
            yield _sealed(keys, bytes(held[:_PART]), _place(place, number, is_last=False))
            del held[:_PART]
            number += 1
    yield _sealed(keys, bytes(held), _place(place, number, is_last=True))


def replace_file(folder: Path, file_id: str, parts: Iterable[bytes], *, leaves_room: bool = True) -> None:
    """Write a file anew in place of the one there is: whoever opens it finds either, whole. Raises CannotKeep."""
    path = path_of(folder, file_id)
    partial = f".{file_id}.new"
    path_of(folder, partial).unlink(missing_ok=True)
    write_file(folder, partial, parts, leaves_room=leaves_room)
    path_of(folder, partial).replace(path)
    disk.sync_folder(folder)


class SealedFile:
    """A file that was opened: iterated once, it gives its content part by part. Closed when it is through, or before."""

    def __init__(self, keys: Keys, path: Path, place: str) -> None:
        """Open the file. Raises NotFound."""
        self._keys, self._place = keys, place
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            raise NotFound from None

    def __iter__(self) -> Iterator[bytes]:
        """Yield the content. Raises CannotUnseal, before it gives anything of a part that was altered."""
        try:
            sealed, number = self._next(), 0
            while True:
                following = self._next()
                yield sealing.unseal(self._keys, sealed, _place(self._place, number, not following))
                if not following:
                    return
                sealed, number = following, number + 1
        finally:
            self.close()

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _next(self) -> bytes:
        return self._file.read(int.from_bytes(self._file.read(_LENGTH_BYTES), "big"))


def sweep_folder(folder: Path, known: Collection[str], now: datetime) -> int:
    """Remove files that no row knows, but those of the last hour. Returns how many went."""
    if not folder.is_dir():
        return 0
    swept = 0
    for path in folder.glob(f"*{ENDING}"):
        is_young = datetime.fromtimestamp(path.stat().st_mtime, tz=now.tzinfo) > now - _YOUNG
        if path.name.removesuffix(ENDING) not in known and not is_young:
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def _write(descriptor: int, path: Path, parts: Iterable[bytes]) -> None:
    disk.write_parts(descriptor, parts)
    # The name in the folder has to last as long as the row that is committed after it.
    disk.sync_folder(path.parent)


def _sealed(keys: Keys, part: bytes, place: str) -> bytes:
    sealed = sealing.seal(keys, part, place)
    return len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed


def _place(place: str, number: int, is_last: bool) -> str:
    return f"{place}/{number}/end" if is_last else f"{place}/{number}"
