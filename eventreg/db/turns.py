"""Turns to write on SQLite, in the order in which they were asked for.

SQLite lets a waiting writer sleep for up to a tenth of a second between two looks, and whoever comes at the right moment goes
first: with eight writers somebody waits for seconds. So writers queue before they ask: one thread of a process at a time,
in their order, and of those the first to lock a file beside the database, before which one process waits at a door, so that
processes take turns. It is a courtesy, no guard: `BEGIN IMMEDIATE` is the guard, and whoever writes without a turn (a backup,
a migration) only makes others wait as before.
"""

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from eventreg.kernel.errors import Busy

#: How long a writer waits for its turn before it is told to try again, in milliseconds.
LOCK_WAIT_MS = 5_000
_LOOK_AGAIN_SECONDS = 0.0005


class _Line:
    """A lock that threads have in the order in which they asked: of `threading.Lock` some wait while others come and go."""

    def __init__(self) -> None:
        self._guard, self._is_held = threading.Lock(), False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait for one's turn, so many seconds at most. False: it did not come."""
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return True
            ticket = threading.Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        if ticket.acquire(timeout=timeout):
            return True
        with self._guard:
            # At the last moment it may have come all the same.
            is_waiting = ticket in self._waiting
            if is_waiting:
                self._waiting.remove(ticket)
        return not is_waiting

    def release(self) -> None:
        """Hand over to who comes next."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False


_in_process: dict[str, _Line] = {}
_guard = threading.Lock()


@contextmanager
def writer_turn(engine: Engine) -> Iterator[None]:
    """Hold the turn to write for the block. Raises Busy when it was not had in time. No turns on PostgreSQL."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    deadline = time.monotonic() + LOCK_WAIT_MS / 1000
    lock = _lock_of(path)
    if not lock.acquire(timeout=LOCK_WAIT_MS / 1000):
        raise Busy
    try:
        with ExitStack() as held:
            # Whoever comes next waits at the door: else the process that ends a turn would have the next one, too.
            with _file_locked(Path(f"{path}-next"), deadline):
                held.enter_context(_file_locked(Path(f"{path}-turn"), deadline))
            yield
    finally:
        lock.release()


@contextmanager
def _file_locked(path: Path, deadline: float) -> Iterator[None]:
    # Opened anew each time: a lock belongs to the opened file, and one from before a fork would be shared with the child.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise Busy from None
                time.sleep(_LOOK_AGAIN_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _lock_of(path: str) -> _Line:
    with _guard:
        return _in_process.setdefault(path, _Line())
