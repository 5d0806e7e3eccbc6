"""Taking turns at writing to SQLite, over threads and processes.

SQLite lets a waiting writer sleep for up to a tenth of a second between two looks, and whoever comes at the right moment goes
first: with eight writers somebody waits for seconds. So writers queue before they ask: one thread of a process at a time,
and of those the first to lock a file beside the database. It is a courtesy, no guard: `BEGIN IMMEDIATE` is the guard, and
whoever writes without a turn (a backup, a migration) only makes others wait as before.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from eventreg.db.engines import LOCK_WAIT_MS
from eventreg.kernel.errors import Busy

_LOOK_AGAIN_SECONDS = 0.001
_in_process: dict[str, threading.Lock] = {}
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
        with _file_locked(Path(f"{path}-turn"), deadline):
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


def _lock_of(path: str) -> threading.Lock:
    with _guard:
        return _in_process.setdefault(path, threading.Lock())
