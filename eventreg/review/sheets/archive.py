"""Several files as one ZIP, written as it is sent: one file in the memory at a time."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

from eventreg.kernel.filetypes import EXTENSIONS

#: a pattern of permissions in the upper half, as Unix programs read it: the owner's alone
_OWN = 0o600 << 16


class _Sink:
    """Takes what the archive writes, until it is given on."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, content: bytes, /) -> int:
        """Take a piece."""
        self._held.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def taken(self) -> bytes:
        """Return what came since the last time."""
        held, self._held = b"".join(self._held), []
        return held


def zip_chunks(files: Iterable[tuple[str, bytes]], at: datetime) -> Iterator[bytes]:
    """Yield an archive of (name, content), one piece a file. What people send is compressed already: it is stored as it is."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]  # it only writes
        for name, content in files:
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.external_attr = _OWN
            archive.writestr(entry, content)
            yield sink.taken()
    yield sink.taken()


def ending_of(media_type: str) -> str:
    """Return how the name of a file of this type ends, by what was found in it, never by what it was called."""
    return EXTENSIONS.get(media_type, (".bin",))[0]
