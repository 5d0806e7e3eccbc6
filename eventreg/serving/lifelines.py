"""A child never outlives its parent, however the parent ends."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_LOOK_SECONDS = 1.0


def end_with(parent: int) -> None:
    """Let this process end when process `parent`, which forked it, is gone. Call it first thing after the fork.

    Linux kills it at once (SIGKILL: nothing that it might hang in may keep the port); elsewhere a thread looks every second.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_watch, args=(parent,), name="lifeline", daemon=True).start()
    if is_orphan(parent):  # it may have ended between the fork and the lines above
        os._exit(1)


def is_orphan(parent: int) -> bool:
    """Say whether process `parent` is no longer this one's parent."""
    return os.getppid() != parent


def _watch(parent: int) -> None:
    while not is_orphan(parent):
        time.sleep(_LOOK_SECONDS)
    os._exit(1)
