"""Work done in a process of its own, so that what it loads and makes does not stay in those that serve.

A child never outlives its parent, however the parent ends.

Keeping the memory of all processes small: what is loaded is shared, and what is freed goes back to the system.
"""

import ctypes
import fcntl
import gc
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from eventreg.kernel.errors import traced


def run_apart(work: Callable[[], None]) -> None:
    """Run `work` in a forked process and wait for its end. Raises what it raised.

    To be called while no thread runs and no database connection is open.
    """
    parent = os.getpid()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _be(work, parent, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        failure = pipe.read()
    _pid, status = os.waitpid(pid, 0)
    if failure:
        raise pickle.loads(failure)  # noqa: S301 - written by our own code, just forked
    if status:
        raise ChildProcessError(f"A process ended with {os.waitstatus_to_exitcode(status)}.")


def _be(work: Callable[[], None], parent: int, writing: int) -> NoReturn:
    code = 1
    try:
        end_with(parent)
        work()
        code = 0
    except Exception as error:
        os.write(writing, _packed(error))
    finally:
        os._exit(code)


def _packed(error: Exception) -> bytes:
    """Return the exception for the way through a pipe, or its trace where its kind cannot go that way."""
    try:
        packed = pickle.dumps(error)
        pickle.loads(packed)  # noqa: S301 - written the line above
    except Exception:
        return pickle.dumps(RuntimeError(traced(error)))
    return packed


class Legacy:
    """What a process that leaves gives to those that are forked after it. To be made before any of them."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - as long as the process

    def leave(self, given: object) -> None:
        """Leave something, in the place of what was left before."""
        packed, number = pickle.dumps(given), self._file.fileno()
        with self._alone():
            os.ftruncate(number, 0)
            os.pwrite(number, packed, 0)

    def find(self) -> Any:
        """Return what was left last; None where nothing was, or who left it was killed over it."""
        number = self._file.fileno()
        with self._alone():
            packed = os.pread(number, os.fstat(number).st_size, 0)
        with suppress(pickle.UnpicklingError, EOFError):
            return pickle.loads(packed)  # noqa: S301 - of our own processes alone
        return None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes away, as long as this one lives: two that leave at once would mix what they leave."""
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)


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
    """Keep the garbage collector, which looks from now on, from what exists: by touching it, it would copy the pages that
    forks share. What is garbage by now stays: to find a quarter of a megabyte took a tenth of the start.
    """
    _close_the_heap()
    gc.freeze()
    gc.enable()


#: sizes that gaps are filled with, from large to small (of the small ones glibc has a shelf each), and how often at most
_SIZES, _MOST = (*(2**power - 8 for power in range(17, 10, -1)), *range(1032, 8, -16)), 50_000


def _close_the_heap() -> None:
    """Give what loading took and freed back to the system, and fill the gaps that stay between what is in use.

    A fork puts there what it makes, each hundred bytes into another page, which it copies for them: the tables that a connection
    to SQLite knows took three megabytes so. With no gap it puts all of it side by side. Only glibc knows how.
    """
    if sys.platform != "linux":
        return
    with suppress(AttributeError, OSError):
        c = ctypes.CDLL(None)
        c.malloc_trim(0)
        c.malloc.restype = c.sbrk.restype = ctypes.c_void_p
        c.malloc.argtypes, left, end = [ctypes.c_size_t], _MOST, c.sbrk(0)
        for size in _SIZES:
            while left and (c.malloc(size) or end) < end:
                left -= 1
