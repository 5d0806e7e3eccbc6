"""The process that forks the others, keeps them alive, and ends with them."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NoReturn

from eventreg.serving.subprocesses import end_with

#: seconds for requests and the message in hand to be finished when asked to stop
GRACE_SECONDS = 25
_STOPPING = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
#: a child that ends again and again is started again after 1, 2, 4, … at most so many seconds
_LONGEST_DELAY = 60
#: one that lived longer than this had no trouble starting
_LIVED_SECONDS = 60

log = logging.getLogger(__name__)


@dataclass
class Child:
    """A process to run, and to start again when it ends."""

    name: str
    run: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    #: when to start it again, as `time.monotonic()`
    due: float = 0.0
    delay: float = field(default=0.5)


class Supervisor:
    """Runs children until a signal says stop; calls `on_started` once all have begun. Used once."""

    def __init__(self, children: Sequence[Child], on_started: Callable[[], None]) -> None:
        self._children = children
        self._on_started = on_started
        #: hanging up means nothing where whoever started us said so (nohup)
        stopping = {one for one in _STOPPING if signal.getsignal(one) is not signal.SIG_IGN}
        self._watched = stopping | {signal.SIGCHLD, signal.SIGALRM}

    def run(self) -> int:
        """Start the children, and return the exit code 0 when it was told to stop and all have ended."""
        end_threads()
        for watched in self._watched:
            signal.signal(watched, _ignore)  # a signal nobody handles would be dropped instead of waiting
        signal.pthread_sigmask(signal.SIG_BLOCK, self._watched)
        for child in self._children:
            self._start(child)
        self._on_started()
        while True:
            received = signal.sigwait(self._watched)
            if received == signal.SIGCHLD:
                self._reap()
            elif received == signal.SIGALRM:
                self._start_due()
            else:
                log.info("Stopping (%s)", signal.Signals(received).name)
                self._stop()
                return 0

    def _start(self, child: Child) -> None:
        parent = os.getpid()
        _flush()
        child.started, child.due = time.monotonic(), 0.0
        child.pid = os.fork()
        if child.pid == 0:
            self._be(child, parent)

    def _be(self, child: Child, parent: int) -> NoReturn:
        """Live as a child, and never return into the supervisor's code."""
        code = 1
        try:
            end_with(parent)
            for watched in self._watched:
                signal.signal(watched, signal.SIG_DFL)
            # Ctrl+C reaches every process of the terminal; a child waits for the supervisor's word.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, self._watched)
            child.run()
            code = 0
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
        except BaseException:
            log.exception("%s failed", child.name)
        finally:
            _flush()
            os._exit(code)

    def _reap(self) -> None:
        """Collect every process that has ended, and note when those that were our children are started again."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for child in self._children:
                if child.pid == pid:
                    self._note_end(child, os.waitstatus_to_exitcode(status))

    def _note_end(self, child: Child, code: int) -> None:
        lived = time.monotonic() - child.started
        child.pid = 0
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        child.delay = 1.0 if lived > _LIVED_SECONDS else min(child.delay * 2, _LONGEST_DELAY)
        child.due = time.monotonic() + child.delay
        log.warning("%s ended (%s); starting it again in %d s", child.name, how, child.delay)
        signal.alarm(1)

    def _start_due(self) -> None:
        for child in self._children:
            if child.due and time.monotonic() >= child.due:
                self._start(child)
        if any(child.due for child in self._children):
            signal.alarm(1)

    def _stop(self) -> None:
        """End all children: asked first, killed when the grace is over or a second signal comes."""
        self._send(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        signal.alarm(GRACE_SECONDS + 1)
        while any(child.pid for child in self._children):
            received = signal.sigwait(self._watched)
            if received in _STOPPING or time.monotonic() > deadline:
                self._send(signal.SIGKILL)
            self._forget_ended()
        signal.alarm(0)

    def _forget_ended(self) -> None:
        for child in self._children:
            if child.pid and os.waitpid(child.pid, os.WNOHANG)[0]:
                child.pid = 0

    def _send(self, what: signal.Signals) -> None:
        for child in self._children:
            if child.pid:
                os.kill(child.pid, what)


def end_threads(seconds: float = 2.0) -> None:
    """Wait for threads that libraries started while loading: a fork would leave their locks held for ever."""
    deadline = time.monotonic() + seconds
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(max(0.0, deadline - time.monotonic()))
    if threading.active_count() > 1:
        log.error("Threads run before the fork: %s", ", ".join(thread.name for thread in threading.enumerate()))


def _ignore(_signal: int, _frame: object) -> None:
    """Do nothing: `sigwait` tells."""


def _flush() -> None:
    """Write what waits to be written, if there is still somebody to read it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
