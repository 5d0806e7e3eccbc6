"""Sending what is due: claim a message, hand it to the server with no transaction open, record what came of it.

A worker killed at any moment leaves at most the message in hand in doubt: its lease ends, it goes again under the same
Message-ID, and all others are as they were. The log names messages by their id, never by address, subject or link.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from eventreg.db import db
from eventreg.kernel import clock
from eventreg.kernel.errors import Busy
from eventreg.kernel.faults import described
from eventreg.mail.claims import claim_next, hold_due, is_any_due, pull_back_due, settle
from eventreg.mail.composition import compose
from eventreg.mail.connection import Attempt, Carrier
from eventreg.mail.held_files import keep_files_in_line, remove_held_file
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import Outcome, ascii_address, must_stay
from eventreg.mail.setup import personal_links, sender_address
from eventreg.web import instance

log = logging.getLogger(__name__)

_RETRY_SECONDS = 0.5

Clock = Callable[[], datetime]
Question = Callable[[], bool]


class Round(NamedTuple):
    """What one call did: how many tries came to what, and how many files of held messages were written or removed."""

    outcomes: Counter[Outcome]
    files: int = 0

    @property
    def was_idle(self) -> bool:
        """Whether nothing was due."""
        return not self.outcomes and not self.files

    @property
    def met_no_server(self) -> bool:
        """Whether the mail server could not be reached, so that trying at once again makes no sense."""
        return Outcome.UNREACHABLE in self.outcomes


def deliver_due(limit: int, *, read_clock: Clock = clock.now, should_stop: Question = lambda: False) -> Round:
    """Send up to `limit` messages that are due, and keep the files of held ones in line.

    Ends early when no server can be reached, and after the message in hand when `should_stop` says so. Not to be called
    inside a transaction: none is open while the server is talked to. Raises what the database raises while nothing is
    in hand; an outcome is recorded as soon as the database answers again.
    """
    try:
        pull_back_due(read_clock())
        if not is_any_due(read_clock()):
            return Round(Counter())
        if instance.config().sends_mail:
            outcomes = _send_due(limit, read_clock, should_stop)
        else:
            outcomes = Counter()
            hold_due(read_clock())
        return Round(outcomes, keep_files_in_line(read_clock()))
    finally:
        db.session.remove()


def _send_due(limit: int, read_clock: Clock, should_stop: Question) -> Counter[Outcome]:
    outcomes: Counter[Outcome] = Counter()
    with Carrier() as carrier:
        message = claim_next(read_clock())
        while message is not None:
            # The connection goes back to the pool: the server may take its time.
            db.session.remove()
            attempt = _try(carrier, message, read_clock())
            outcomes[attempt.outcome] += 1
            is_last = should_stop() or outcomes.total() >= limit or attempt.outcome is Outcome.UNREACHABLE
            message = _record(message, attempt, is_last, read_clock, should_stop)
    return outcomes


def _try(carrier: Carrier, message: MailMessage, now: datetime) -> Attempt:
    config = instance.config()
    if must_stay(message.recipient, is_held_back=message.is_held_back, sends_held_back=config.demo_mail == "send"):
        log.warning("Message %d is kept: its event holds its mail", message.id)
        return Attempt(Outcome.KEPT)
    sender = sender_address()
    try:
        content = compose(message, sender, personal_links(), now)
        recipient = ascii_address(message.recipient)
    except Exception as error:
        log.error("Message %d cannot be built: %s", message.id, described(error))
        return Attempt(Outcome.UNSENDABLE)
    attempt = carrier.hand_over(content, sender, recipient)
    if attempt.outcome is Outcome.UNREACHABLE:
        log.warning("The mail server cannot be reached: %s", attempt.answer)
    else:
        log.info("Message %d, try %d: %s", message.id, message.attempts, attempt.outcome.value)
    return attempt


def _record(
    message: MailMessage, attempt: Attempt, is_last: bool, read_clock: Clock, should_stop: Question
) -> MailMessage | None:
    """Record what came of a try and claim the next message unless this was the last, however long the database takes.

    Somebody asked to stop is not kept waiting for longer than the lease, which nobody else can end.
    """
    lease_end = message.due_at
    while True:
        try:
            following = settle(message, attempt, read_clock(), claims_next=not is_last)
            break
        except (Busy, OperationalError, InterfaceError, PoolTimeout) as error:
            db.session.remove()
            if should_stop() and lease_end is not None and read_clock() >= lease_end:
                raise
            log.warning("What came of message %d is not recorded yet: %s", message.id, described(error))
            time.sleep(_RETRY_SECONDS)
    if attempt.outcome is Outcome.ACCEPTED:
        remove_held_file(message.id)
    return following
