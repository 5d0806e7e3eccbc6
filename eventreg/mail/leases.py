"""What a worker has leased, in a file that it holds locked while it lives: the next worker of the machine finds what a killed
one never took in hand, and need not wait for the end of the lease.

A file is locked by a lock that ends with its process, so no worker is taken for dead while it lives, on whichever machine.
Nothing depends on a file: where none can be written, or it is lost with the power, the lease ends by itself.
"""

import fcntl
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import NamedTuple, Self, TextIO

from eventreg.web import instance


class Lease(NamedTuple):
    """Messages that were leased together, and until when: together they name one lease and no other."""

    until: datetime
    ids: Sequence[int]


class Leases:
    """Those of one worker. They are forgotten at the end of the block, and left behind when an error or a kill ends it."""

    def __init__(self) -> None:
        self._path = instance.config().leases / secrets.token_hex(8)
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            if error is None:
                self._path.unlink(missing_ok=True)
            self._file.close()

    def note(self, lease: Lease) -> None:
        """Note one that is about to be committed: that it was not is seen from the messages."""
        with suppress(OSError):
            if self._file is None:
                self._path.parent.mkdir(mode=0o700, exist_ok=True)
                self._file = self._path.open("x", encoding="ascii")
                fcntl.flock(self._file, fcntl.LOCK_EX)
            print(lease.until.isoformat(), *lease.ids, file=self._file, flush=True)


def left_behind() -> Iterator[Lease]:
    """Yield what workers of this machine left behind. It is forgotten when all of it was looked at."""
    for path in instance.config().leases.glob("*"):
        with suppress(OSError), path.open(encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lines = [line.split() for line in file]
            for until, *ids in lines:
                yield Lease(datetime.fromisoformat(until), [int(one) for one in ids])
            if lines:  # else it was opened this moment, and is not locked yet
                path.unlink()
