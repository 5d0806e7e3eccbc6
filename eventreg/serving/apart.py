"""Work done in a process of its own, so that what it loads and makes does not stay in those that serve."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import NoReturn

from eventreg.kernel.faults import traced
from eventreg.serving.lifelines import end_with


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
