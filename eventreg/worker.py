"""The worker: one process that sends the mail and does the jobs that are due, until it is told to stop or nothing is left.

Any number of them may run, on one machine or several; leases in the database keep them apart.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from flask import Flask
from sqlalchemy import func, select

from eventreg.db import db
from eventreg.jobs import running
from eventreg.jobs.models import Job
from eventreg.jobs.services import job_registry
from eventreg.kernel import clock, errors
from eventreg.mail.delivery import deliver_due
from eventreg.mail.models import MailMessage
from eventreg.web.instance import LOOK_SECONDS, Bell, refresh_keys

log = logging.getLogger(__name__)

#: messages sent over one connection, and jobs done, before the other kind of work gets its turn
_MESSAGES_AT_ONCE = 100
_JOBS_AT_ONCE = 20
#: a slow mail server must not keep long work waiting, which has turns of a second
_SECONDS_OF_MAIL = 2.0
#: how long a worker with nothing to do waits before it looks again
_IDLE_SECONDS = 0.5
#: one that somebody rings for stays so long after its last work, and after its last mail: that comes in flocks
_STAYS_SECONDS, _STAYS_FOR_MAIL_SECONDS = 1.0, 5.0
#: after trouble the wait doubles up to this
_LONGEST_PAUSE_SECONDS = 10.0


def run_worker(
    app: Flask, *, once: bool = False, stop: threading.Event | None = None, bell: Bell | None = None
) -> None:
    """Send mail and do jobs until SIGTERM, SIGINT or `stop`; with `once`, until nothing is due; with `bell`, until for some
    seconds nothing was, nobody rang and nothing falls due: it rings for what comes next, and whoever listens starts another.

    The message or job in hand is finished first. A database or mail server that is away is waited for. With `once`
    nothing is waited for: what the database raises is raised, and mail that no server takes stays for later.
    """
    stop = stop or threading.Event()
    worker = _Worker(app, stop)
    troubles = 0
    with _stopped_by_signals(stop):
        while not stop.is_set():
            found = worker.do_round(survives=not once)
            if once and not found.work:
                return
            troubles = troubles + 1 if found.trouble else 0
            if troubles:
                stop.wait(min(_IDLE_SECONDS * 2**troubles, _LONGEST_PAUSE_SECONDS))
            elif found.work:
                continue
            elif bell is None:
                stop.wait(_IDLE_SECONDS)
            elif not worker.is_wanted(bell):
                return


class _Found(NamedTuple):
    """What a step met."""

    work: bool = False
    trouble: bool = False


class _Worker:
    """The steps of a round, each with a database session of its own."""

    def __init__(self, app: Flask, stop: threading.Event) -> None:
        self._app = app
        self._stop = stop
        self._has_planned = False
        self._stays_seconds = _STAYS_SECONDS

    def do_round(self, *, survives: bool) -> _Found:
        """Do every step, however the others fare: mail must not wait for a job that fails, nor jobs for mail."""
        steps: tuple[Callable[[], _Found], ...] = (self._plan, self._deliver, self._do_jobs)
        found = []
        for step in steps:
            try:
                with self._app.app_context():
                    refresh_keys()
                    found.append(step())
            except Exception as error:
                if not survives:
                    raise
                log.error("The worker met %s", errors.described(error))
                found.append(_Found(trouble=True))
        return _Found(any(one.work for one in found), any(one.trouble for one in found))

    def is_wanted(self, bell: Bell) -> bool:
        """Wait for work, and say whether there is some, or may be; when not, ring for what is due next."""
        try:
            with self._app.app_context():
                next_in = _seconds_to_next()
        except Exception as error:
            log.error("The worker met %s", errors.described(error))
            return True
        ends = time.monotonic() + min(next_in, self._stays_seconds)
        while not self._stop.is_set() and (left := ends - time.monotonic()) > 0:
            if bell.is_rung_within(min(left, _IDLE_SECONDS)):
                return True
        if next_in > self._stays_seconds:
            bell.ring(next_in)
        return next_in <= self._stays_seconds

    def _plan(self) -> _Found:
        if not self._has_planned:
            running.plan_duties(job_registry(), clock.now())
            self._has_planned = True
        return _Found()

    def _deliver(self) -> _Found:
        until = time.monotonic() + _SECONDS_OF_MAIL
        sent = deliver_due(_MESSAGES_AT_ONCE, should_stop=lambda: self._stop.is_set() or time.monotonic() > until)
        if not sent.was_idle:
            self._stays_seconds = _STAYS_FOR_MAIL_SECONDS
        return _Found(work=not sent.was_idle, trouble=sent.met_no_server)

    def _do_jobs(self) -> _Found:
        return _Found(work=running.run_due(job_registry(), _JOBS_AT_ONCE, should_stop=self._stop.is_set) > 0)


def _seconds_to_next() -> float:
    """Return in how many seconds the next work is due that is known of, or the next look."""
    due: list[datetime | None] = [db.session.scalar(select(func.min(model.due_at))) for model in (Job, MailMessage)]
    return min([(at - clock.now()).total_seconds() for at in due if at is not None] + [float(LOOK_SECONDS)])


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Set `stop` on SIGTERM and SIGINT, where this is the main thread and nobody said that they mean nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    caught = [one for one, handler in before.items() if handler is not signal.SIG_IGN]
    for one in caught:
        signal.signal(one, lambda _signal, _frame: stop.set())
    try:
        yield
    finally:
        for one in caught:
            signal.signal(one, before[one])
