"""The bell of an instance: whoever leaves work for later rings it, and the server that does such work wakes up.

A named pipe in the instance folder; a ring is one byte, in how many whole seconds the work is due: whoever comes early for it
waits. Nothing depends on a ring being heard: there is a look at the database once a minute in any case.
"""

import os
import select
from contextlib import suppress
from pathlib import Path

#: seconds between two looks for what nobody rang for
LOOK_SECONDS = 60
_NAME = "server.bell"


def ring(instance: Path, seconds: float) -> None:
    """Tell the server of this instance, if one listens, that work is due in so many seconds."""
    with suppress(OSError):
        pipe = os.open(instance / _NAME, os.O_WRONLY | os.O_NONBLOCK)
        with os.fdopen(pipe, "wb", buffering=0) as bell:
            bell.write(bytes([int(min(max(seconds, 0), LOOK_SECONDS))]))


class Bell:
    """Listens to the rings; a process that it was forked into may listen in its stead, and leaves to it what comes later."""

    def __init__(self, instance: Path) -> None:
        self._instance = instance
        path = instance / _NAME
        if not path.is_fifo():
            path.unlink(missing_ok=True)
            os.mkfifo(path, 0o600)
        # For writing too, or the pipe would be at its end whenever nobody rings.
        self._pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def fileno(self) -> int:
        """Return what can be waited for."""
        return self._pipe

    def heard(self) -> int | None:
        """Return in how many seconds the first of what was rung for is due, or None where nobody rang."""
        with suppress(BlockingIOError):
            return min(os.read(self._pipe, select.PIPE_BUF))
        return None

    def is_rung_within(self, seconds: float) -> bool:
        """Wait for a ring, and take it."""
        select.select([self], [], [], max(seconds, 0))
        return self.heard() is not None

    def ring(self, seconds: float) -> None:
        """Have whoever listens next know what is due."""
        ring(self._instance, seconds)
