"""Waiting for what happens. No test gives up by a clock of its own: what never comes meets the one bound that is here.

How long something takes says how busy the machine is. So a wait names what it waits for and ends when that is there; a duration
that matters is measured in the processor's time, or is such that without it the wait would never end.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from time import perf_counter, sleep
from typing import TypeVar

Found = TypeVar("Found")
#: seconds after which what has not come hangs, on a quiet machine; the same as pytest's `timeout`
HANGS = 120.0
_BETWEEN_LOOKS = 0.05


def slowness() -> float:
    """Return how many times longer things take here and now: as many programs as want each processor, of late."""
    return max(1.0, max(os.getloadavg()[:2]) / (os.cpu_count() or 1))


def patience(seconds: float = HANGS) -> float:
    """Return how long something may take here and now that may take so long on a quiet machine."""
    return seconds * slowness()


def until(happened: Callable[[], Found], what: str) -> Found:
    """Wait until `happened` returns something, and return that; a failure says `what` did not come."""
    began = perf_counter()
    while not (found := happened()):
        waited = perf_counter() - began
        assert waited < patience(), f"{what}: not after {waited:.0f} seconds"
        sleep(_BETWEEN_LOOKS)
    return found


def worked() -> float:
    """Return how many seconds processors have worked for this process and for its children that have ended."""
    return sum(os.times()[:4])


def meeting(number: int) -> threading.Barrier:
    """Return a place where so many threads wait for one another."""
    return threading.Barrier(number, timeout=patience())


def join(threads: Iterable[threading.Thread]) -> None:
    """Wait for the end of each thread."""
    for thread in threads:
        thread.join(patience())
        assert not thread.is_alive(), f"{thread.name} does not end"
