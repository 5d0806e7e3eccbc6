"""Keeping the memory of all processes small: what is loaded is shared, and what is freed goes back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress

# Of glibc's <malloc.h>.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
#: bytes; at and above it memory is had from the system, and given back when freed
_LARGE = 256 * 1024
_ARENAS = 2


def tame_allocator() -> None:
    """Have glibc give large blocks back, and keep few arenas, in this process and those forked from it.

    Left alone it learns from the first large block that is freed to keep such blocks, in an arena for each thread: with
    16 threads that hash a password each that is 300 MB, for good. Does nothing where the C library is another.
    """
    if sys.platform != "linux":
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return
    mallopt(_M_MMAP_THRESHOLD, _LARGE)
    mallopt(_M_ARENA_MAX, _ARENAS)


def share_what_is_loaded() -> None:
    """Keep the garbage collector from what exists now: by touching it, it would copy the pages that forks share."""
    gc.collect()
    _give_back()
    gc.freeze()


def _give_back() -> None:
    """Give what loading took and freed back to the system, so that no fork counts it. Only glibc knows how."""
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).malloc_trim(0)
