"""The process that forks the others, keeps them alive, and ends with them.

It serves nobody and opens no database. Told to reload, it becomes the new program, which the old children are children of too:
they leave when the fresh ones are there. A web worker that wants help gets it, one that has worked and is idle is told to leave
when a fresh one is there, and who does later work is forked when there is some.
"""

import enum
import logging
import math
import os
import select
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from eventreg.serving.addresses import hand_over
from eventreg.serving.subprocesses import end_with
from eventreg.web.instance import LOOK_SECONDS, Bell

#: seconds for requests and the message in hand to be finished when asked to stop
GRACE_SECONDS = 25
_STOPPING = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
#: tells a web worker to leave: it takes no more clients, and ends when those it has are served
LEAVE = signal.SIGUSR1
#: a child that ends again and again is started again after 1, 2, 4, … at most so many seconds
_LONGEST_DELAY = 60
#: one that lived longer than this had no trouble starting
_LIVED_SECONDS = 60
#: names this process, and those that it forked before it started anew, in the environment
_BEFORE = "SERVED_BEFORE"
#: when a child is started that nobody has asked for yet
_NEVER = math.inf

log = logging.getLogger(__name__)


class Wish(enum.Enum):
    """What a child asks for, or tells."""

    #: it takes clients now
    READY = b"r"
    HELP = b"h"
    #: to be replaced by a fresh process
    LEAVE = b"l"


class Wishes:
    """The way by which children tell the supervisor what they want."""

    _FORM = struct.Struct("ic")

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        for end in (self._reading, self._writing):
            os.set_blocking(end, False)

    def fileno(self) -> int:
        """Return what can be waited for."""
        return self._reading

    def say(self, wish: Wish) -> None:
        """Ask for something, in a child. Whoever is not heard asks again."""
        with suppress(OSError):
            os.write(self._writing, self._FORM.pack(os.getpid(), wish.value))

    def heard(self) -> Iterator[tuple[int, Wish]]:
        """Yield who asked for what, by process."""
        with suppress(BlockingIOError):
            for pid, wish in self._FORM.iter_unpack(os.read(self._reading, self._FORM.size * 64)):
                yield pid, Wish(wish)


@dataclass
class Child:
    """A process to run, and to start again when it ends."""

    name: str
    run: Callable[[], None]
    #: started only when another one asks for help; a leaving one is not replaced
    is_helper: bool = False
    #: started when this rings, and left alone once it ends in order
    bell: Bell | None = None
    pid: int = 0
    started: float = 0.0
    #: when to start it again, and not before when, as `time.monotonic()`
    due: float = 0.0
    not_before: float = 0.0
    delay: float = 0.5


class Supervisor:
    """Runs children until a signal says stop; calls `on_started` once all have begun. Used once."""

    def __init__(
        self,
        children: Sequence[Child],
        on_started: Callable[[], None],
        wishes: Wishes | None = None,
        to_hand_over: socket.socket | None = None,
    ) -> None:
        """`to_hand_over`: the socket that the next one listens on after SIGHUP; None: that signal means to stop."""
        self._children = children
        self._on_started = on_started
        self._wishes = wishes or Wishes()
        #: those that leave, and those of them that are told to when a fresh one is ready
        self._leaving = _left_from_before()
        self._untold = set(self._leaving)
        self._to_hand_over = to_hand_over
        #: looks whether what would be loaded anew could serve
        self._checking = 0
        #: hanging up means nothing where whoever started us said so (nohup)
        self._stopping = {one for one in _STOPPING if signal.getsignal(one) is not signal.SIG_IGN}
        self._watched = self._stopping | {signal.SIGCHLD}

    def run(self) -> int:
        """Start the children, and return the exit code 0 when it was told to stop and all have ended."""
        end_threads()
        self._watch()
        for child in self._children:
            child.due = _NEVER if child.is_helper else 0.0
        self._start_due()
        self._on_started()
        while not (told := self._wait(self._next_start()) & self._stopping):
            self._reap()
            self._listen()
            self._start_due()
        log.info("Stopping (%s)", signal.Signals(min(told)).name)
        self._stop()
        return 0

    def _next_start(self) -> float:
        return min((max(child.due, child.not_before) for child in self._children if not child.pid), default=_NEVER)

    def _watch(self) -> None:
        """Have signals wait but while we wait for them: a child that is being forked must not lose one."""
        signal.pthread_sigmask(signal.SIG_BLOCK, self._watched)
        self._signals, writing = os.pipe()
        for end in (self._signals, writing):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        for watched in self._watched:
            signal.signal(watched, _ignore)

    def _wait(self, until: float) -> set[int]:
        """Wait for a signal, a ring, a wish or a moment, and return the signals that came."""
        heard = [self._signals, self._wishes.fileno()]
        heard += [child.bell.fileno() for child in self._children if child.bell and not child.pid]
        seconds = None if until == _NEVER else max(until - time.monotonic(), 0.0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self._watched)
        select.select(heard, [], [], seconds)
        signal.pthread_sigmask(signal.SIG_BLOCK, self._watched)
        received: set[int] = set()
        with suppress(BlockingIOError):
            received = set(os.read(self._signals, 4096))
        if self._to_hand_over and signal.SIGHUP in received & self._stopping:
            received.remove(signal.SIGHUP)
            self._check()
        return received

    def _check(self) -> None:
        """Have another process see whether the program, as it is now, could serve with the settings as they are now."""
        if not self._checking:
            self._checking = os.posix_spawn(sys.executable, [*_command(), "--check"], os.environ, setsigmask=())

    def _start_anew(self, listener: socket.socket) -> NoReturn:
        """Become the program as it is now. Signals go on waiting, the workers go on serving."""
        log.info("Starting anew")
        for child in self._children:
            if child.pid and child.bell:
                os.kill(child.pid, signal.SIGTERM)
        there = self._leaving | {child.pid for child in self._children if child.pid}
        hand_over(listener)
        os.environ[_BEFORE] = " ".join(map(str, [os.getpid(), *there]))
        _flush()
        os.execv(sys.executable, _command())  # noqa: S606 - ourselves

    def _start_due(self) -> None:
        for child in self._children:
            if not child.pid and time.monotonic() >= max(child.due, child.not_before):
                self._start(child)

    def _start(self, child: Child) -> None:
        parent = os.getpid()
        _flush()
        child.started = time.monotonic()
        try:
            pid = os.fork()
        except OSError as error:  # no memory, or too many processes
            self._put_off(child, f"could not be forked ({error.strerror})")
            return
        if pid == 0:
            self._be(child, parent)
        child.pid, child.due = pid, _NEVER

    def _be(self, child: Child, parent: int) -> NoReturn:
        """Live as a child, and never return into the supervisor's code."""
        code = 1
        try:
            end_with(parent)
            signal.set_wakeup_fd(-1)
            for watched in self._watched:
                signal.signal(watched, signal.SIG_DFL)
            # Ctrl+C and a closed window reach every process of the terminal; a child waits for the supervisor's word.
            for ignored in (signal.SIGINT, signal.SIGHUP, LEAVE):
                signal.signal(ignored, signal.SIG_IGN)
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
        for pid, code in _ended():
            self._leaving.discard(pid)
            self._untold.discard(pid)
            if pid == self._checking:
                self._checking = 0
                if code == 0 and self._to_hand_over:
                    self._start_anew(self._to_hand_over)
                log.error("Not started anew, for the reason above; the server goes on as it was")
            for child in self._children:
                if child.pid == pid:
                    self._note_end(child, code)

    def _note_end(self, child: Child, code: int) -> None:
        child.pid = 0
        if child.bell and code == 0:
            child.due = time.monotonic() + LOOK_SECONDS
            return
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        self._put_off(child, f"ended ({how})")

    def _put_off(self, child: Child, what: str) -> None:
        lived = time.monotonic() - child.started
        child.delay = 1.0 if lived > _LIVED_SECONDS else min(child.delay * 2, _LONGEST_DELAY)
        child.due = child.not_before = time.monotonic() + child.delay
        log.warning("%s %s; starting it again in %d s", child.name, what, child.delay)

    def _listen(self) -> None:
        """Hear who rang, and who wants something."""
        for child in self._children:
            if child.bell and not child.pid and (seconds := child.bell.heard()) is not None:
                child.due = min(child.due, time.monotonic() + seconds)
        for pid, wish in self._wishes.heard():
            if wish is Wish.READY:
                _send(self._untold, LEAVE)
                self._untold.clear()
            elif wish is Wish.HELP:
                for helper in [one for one in self._children if one.is_helper and not one.pid][:1]:
                    helper.due = time.monotonic()
            else:
                for child in [one for one in self._children if one.pid == pid]:
                    self._exchange(child)

    def _exchange(self, child: Child) -> None:
        """Have a child leave as soon as a fresh one takes what comes; a helper is not replaced."""
        leaving, child.pid = child.pid, 0
        self._leaving.add(leaving)
        if child.is_helper:
            os.kill(leaving, LEAVE)
        else:
            self._untold.add(leaving)
            self._start(child)

    def _stop(self) -> None:
        """End all children: asked first, killed when the grace is over or a second signal comes."""
        there = self._leaving | {child.pid for child in self._children} | {self._checking}
        there.discard(0)
        self._to_hand_over = None
        _send(there, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while there:
            if self._wait(deadline) & self._stopping or time.monotonic() > deadline:
                _send(there, signal.SIGKILL)
                deadline = _NEVER
            there -= {pid for pid, _code in _ended()}


def _command() -> list[str]:
    """Return what this program was started by."""
    return [sys.executable, *sys.orig_argv[1:]]


def _left_from_before() -> set[int]:
    """Return the children of this process that it forked when it was another program."""
    parent, *children = map(int, os.environ.pop(_BEFORE, "0").split())
    return set(children) if parent == os.getpid() else set()


def _ended() -> Iterator[tuple[int, int]]:
    """Yield process and exit code of every child that has ended."""
    with suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            yield found[0], os.waitstatus_to_exitcode(found[1])


def _send(pids: set[int], what: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, what)


def end_threads(seconds: float = 2.0) -> None:
    """Wait for threads that libraries started while loading: a fork would leave their locks held for ever."""
    deadline = time.monotonic() + seconds
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(max(0.0, deadline - time.monotonic()))
    if threading.active_count() > 1:
        log.error("Threads run before the fork: %s", ", ".join(thread.name for thread in threading.enumerate()))


def _ignore(_signal: int, _frame: object) -> None:
    """Do nothing: what is awake for the signal reads of it."""


def _flush() -> None:
    """Write what waits to be written, if there is still somebody to read it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
