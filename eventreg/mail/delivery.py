"""Sending what is due: claim a message, hand it to the server with no transaction open, record what came of it.

A worker killed at any moment leaves at most the message in hand in doubt: its lease ends, it goes again under the same
Message-ID, and all others are as they were, for the next worker of the machine at once. The log names messages by their id,
never by address, subject or link.

Who has a message in hand, and what came of it: one short transaction between two hand-overs.

A lease moves `due_at` to a later instant. So a message is due for nobody else, and becomes due again by itself when the
worker dies. Messages are leased and read many at once, as a share, and taken in hand one by one: what is not in hand can be
taken back like any other, and a worker that dies leaves it as it was. Only a worker that still has the lease takes a message,
puts it off or gives it up; that it was sent is true whoever has it, and is always recorded.
"""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Update, bindparam, case, literal, select, update
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError as PoolTimeout

from eventreg.db import UtcDateTime, change_rows, db, pull_back, transaction
from eventreg.kernel import clock
from eventreg.kernel.errors import Busy, described
from eventreg.mail import admission, bounces, composition, held_files, rules
from eventreg.mail.connection import Attempt, Carrier, personal_links, sender_address
from eventreg.mail.leases import Lease, Leases, left_behind
from eventreg.mail.models import MailMessage
from eventreg.mail.services import tell_failure
from eventreg.web import instance
from eventreg.web.sockets import FunctionSocket

log = logging.getLogger(__name__)

_RETRY_SECONDS = 0.5
#: news that could not be written are looked at again after so long
_NEWS_AGAIN = timedelta(minutes=5)
#: so many messages are read at once; each is taken alone
_SHARE = 50

#: what the room of the contact persons does: write what is due for them
write_news: FunctionSocket[[datetime], object] = FunctionSocket("write_news")

Clock = Callable[[], datetime]
Question = Callable[[], bool]


class Round(NamedTuple):
    """What one call did: how many tries came to what, and how many files of held messages were written or removed."""

    outcomes: Counter[rules.Outcome]
    files: int = 0

    @property
    def was_idle(self) -> bool:
        """Whether nothing was due."""
        return not self.outcomes and not self.files

    @property
    def met_no_server(self) -> bool:
        """Whether the mail server could not be reached, so that trying at once again makes no sense."""
        return rules.Outcome.UNREACHABLE in self.outcomes


def deliver_due(limit: int, *, read_clock: Clock = clock.now, should_stop: Question = lambda: False) -> Round:
    """Send up to `limit` messages that are due, and keep the files of held ones in line.

    Ends early when no server can be reached, and after the message in hand when `should_stop` says so. Not to be called
    inside a transaction: none is open while the server is talked to. Raises what the database raises while nothing is
    in hand; an outcome is recorded as soon as the database answers again.
    """
    try:
        pull_back_due(read_clock())
        _free_left_behind()
        _write_news(read_clock())
        if not is_any_due(read_clock()):
            return Round(Counter())
        if instance.config().sends_mail:
            outcomes = _send_due(limit, read_clock, should_stop)
        else:
            outcomes = Counter()
            hold_due(read_clock())
        return Round(outcomes, held_files.keep_files_in_line(read_clock()))
    finally:
        db.session.remove()


def _write_news(now: datetime) -> None:
    """Have what tells the contact persons something be written for each. Whatever it meets, other mail goes."""
    due = MailMessage.due_at <= now, MailMessage.news.is_not(None)
    if db.session.scalar(select(MailMessage.id).where(*due).limit(1)) is None:
        return
    try:
        write_news(now)
    except Exception as error:
        log.error("News of contact persons: %s", described(error))
        db.session.rollback()
        with transaction():
            change_rows(MailMessage, *due, due_at=now + _NEWS_AGAIN, due_set_at=now)
    finally:
        db.session.remove()


def _send_due(limit: int, read_clock: Clock, should_stop: Question) -> Counter[rules.Outcome]:
    outcomes: Counter[rules.Outcome] = Counter()
    with Carrier() as carrier, Leases() as leases:
        share = Share(min(limit, _SHARE), leases)
        message = claim_next(read_clock(), share)
        while message is not None:
            # No transaction is open, so that the server may take its time.
            attempt = _try(carrier, message, read_clock())
            outcomes[attempt.outcome] += 1
            share.is_over = should_stop() or outcomes.total() >= limit or attempt.outcome is rules.Outcome.UNREACHABLE
            message = _record(message, attempt, share, read_clock, should_stop)
    return outcomes


def _try(carrier: Carrier, message: MailMessage, now: datetime) -> Attempt:
    config = instance.config()
    if rules.must_stay(
        message.recipient, is_held_back=message.is_held_back, sends_held_back=config.demo_mail == "send"
    ):
        log.warning("Message %d is kept: its event holds its mail", message.id)
        return Attempt(rules.Outcome.KEPT)
    try:
        sender = sender_address()
        content = composition.compose(message, sender, personal_links(), now)
        recipient = rules.ascii_address(message.recipient)
    except Exception as error:
        log.error("Message %d cannot be built: %s", message.id, described(error))
        return Attempt(rules.Outcome.UNSENDABLE)
    if config.has_dkim:
        try:
            content = composition.signed(content, sender, config.mail_dkim_key, config.mail_dkim_selector)
        except composition.CannotSign:
            # About our settings, which somebody mends, and not about this message.
            log.error("Messages cannot be signed: see eventreg doctor")
            return Attempt(rules.Outcome.UNREACHABLE, "DKIM")
    back_to = bounces.return_path(message, config.mail_bounce_address) if config.mail_bounce_address else sender
    attempt = carrier.hand_over(content, back_to, recipient)
    if attempt.outcome is rules.Outcome.UNREACHABLE:
        log.warning("The mail server cannot be reached: %s", attempt.answer)
    else:
        log.info("Message %d, try %d: %s", message.id, message.attempts, attempt.outcome.value)
    return attempt


def _record(
    message: MailMessage, attempt: Attempt, share: "Share", read_clock: Clock, should_stop: Question
) -> MailMessage | None:
    """Record what came of a try and take the next message unless the share is over, however long the database takes.

    Somebody asked to stop is not kept waiting for longer than the lease, which nobody else can end.
    """
    lease_end = message.due_at
    while True:
        try:
            following = settle(message, attempt, read_clock(), share)
            break
        except (Busy, OperationalError, InterfaceError, PoolTimeout) as error:
            db.session.remove()
            if should_stop() and lease_end is not None and read_clock() >= lease_end:
                raise
            log.warning("What came of message %d is not recorded yet: %s", message.id, described(error))
            time.sleep(_RETRY_SECONDS)
    if attempt.outcome is rules.Outcome.ACCEPTED:
        held_files.remove_held_file(message.id)
    return following


#: longer than one message may take (`connection.MESSAGE_SECONDS`), so that two workers never have the same one
LEASE = timedelta(seconds=60)
_OPEN = (rules.DeliveryState.QUEUED, rules.DeliveryState.SENDING)


class Share:
    """Due messages that one worker alone takes, for the time of a lease: so many at once, the one due longest first."""

    def __init__(self, size: int = 1, leases: Leases | None = None) -> None:
        self.size = size
        #: where it is noted for whoever comes when this worker was killed
        self.leases = leases
        #: as they were before they were leased, and detached: nothing they hold reaches the database again
        self.messages: deque[MailMessage] = deque()
        #: the end of their lease
        self.until: datetime | None = None
        #: no more is taken: the rest is given back
        self.is_over = False


def claim_next(now: datetime, share: Share | None = None) -> MailMessage | None:
    """Take the next message of a share, by default that which has been due longest, or None. It is detached."""
    with transaction():
        return _claim(share or Share(), now)


def settle(message: MailMessage, attempt: Attempt, now: datetime, share: Share | None = None) -> MailMessage | None:
    """Record what came of a try and, in the same transaction, take the next message of a share, or give back a share that
    is over."""
    with transaction():
        _settle(message, attempt, now)
        if share is not None and share.is_over:
            _give_back(share)
        return _claim(share, now) if share is not None and not share.is_over else None


def is_any_due(now: datetime) -> bool:
    """Say whether a worker has anything to do with any message, without taking the write lock to find out."""
    return db.session.scalar(select(MailMessage.id).where(MailMessage.due_at <= now).limit(1)) is not None


def pull_back_due(now: datetime) -> None:
    """Have what was queued, put off or taken by a clock that was ahead be due, and be given up, as if it had been right."""
    if moved := pull_back(MailMessage, now):
        log.warning("The clock went back: %d messages were due by a clock that was ahead", len(moved))
        latest = now + rules.GIVE_UP_AFTER
        with transaction():
            change_rows(MailMessage, MailMessage.id.in_(moved), MailMessage.give_up_at > latest, give_up_at=latest)


def hold_due(now: datetime) -> None:
    """Hold what waits to be sent when there is no server (any more): it is shown, and released by a person."""
    with transaction():
        change_rows(
            MailMessage, MailMessage.state.in_(_OPEN), MailMessage.due_at <= now, state=rules.DeliveryState.HELD
        )


def _claim(share: Share, now: datetime) -> MailMessage | None:
    """Take the next message that is still the worker's and was not taken back meanwhile; lease more when none is left."""
    while share.messages or _lease(share, now):
        if not share.messages:
            continue
        message = share.messages.popleft()
        lease = {"lease_end": now + LEASE, "now": now}
        if db.session.execute(_TAKE, {"taken": message.id, "until": share.until, **lease}).all():
            message.due_at, message.attempts = lease["lease_end"], message.attempts + 1
            return message
    return None


def _lease(share: Share, now: datetime) -> bool:
    due = (
        select(MailMessage)
        .where(MailMessage.state.in_(_OPEN), MailMessage.due_at <= now, MailMessage.news.is_(None))
        .order_by(MailMessage.due_at, MailMessage.id)
        .limit(share.size)
        .with_for_update(skip_locked=True)
    )
    found = db.session.scalars(due).all()
    for message in found:
        db.session.expunge(message)
    share.messages, share.until = deque(admission.let_through(found, now)), now + LEASE
    _move(share, {"due_at": share.until, "due_set_at": now})
    if share.leases and share.messages:
        share.leases.note(Lease(share.until, [message.id for message in share.messages]))
    return bool(found)


def _free_left_behind() -> None:
    """Have what a killed worker of this machine leased and never took in hand be due again, as it was.

    What it had in hand, or what another one has leased since, is due at another instant, or is in doubt: it stays.
    """
    for lease in left_behind():
        with transaction():
            change_rows(
                MailMessage,
                MailMessage.id.in_(lease.ids),
                MailMessage.due_at == lease.until,
                MailMessage.state == rules.DeliveryState.QUEUED,
                due_at=lease.until - LEASE,
            )


def _give_back(share: Share) -> None:
    """Have what was leased and not taken be due as it was."""
    due = {message.id: literal(message.due_at, UtcDateTime()) for message in share.messages}
    if due:
        _move(share, {"due_at": case(due, value=MailMessage.id)}, MailMessage.due_at == share.until)


def _move(share: Share, values: dict[str, Any], *where: ColumnElement[bool]) -> None:
    change_rows(MailMessage, MailMessage.id.in_([message.id for message in share.messages]), *where, **values)


_ROWS: Any = MailMessage.__table__
#: built once, of the table's columns, since it is asked for each message. One that somebody else is taking back is passed over
_TAKE = (
    update(_ROWS)
    .where(
        _ROWS.c.id.in_(
            select(_ROWS.c.id)
            .where(
                _ROWS.c.id == bindparam("taken"),
                _ROWS.c.state.in_(_OPEN),
                _ROWS.c.due_at == bindparam("until"),
            )
            .with_for_update(skip_locked=True)
        )
    )
    .values(
        state=rules.DeliveryState.SENDING,
        due_at=bindparam("lease_end"),
        due_set_at=bindparam("now"),
        attempts=_ROWS.c.attempts + 1,
    )
    .returning(_ROWS.c.id)
)


def _settle(message: MailMessage, attempt: Attempt, now: datetime) -> None:
    values = {"outcome": attempt.outcome, "last_error": attempt.answer, "due_set_at": now}
    values |= _standing_after(message, attempt, now)
    # By the code of the answer alone: its words may be of the sender, or of all mail.
    kind = bounces.kind_of(attempt.answer)
    if attempt.outcome is rules.Outcome.REFUSED and kind in (rules.BounceKind.UNKNOWN, rules.BounceKind.BLOCKED):
        values["bounce"] = kind
        if kind is rules.BounceKind.UNKNOWN and message.event_id is not None:
            admission.suppress(message.recipient, now)
    if values["state"] is rules.DeliveryState.FAILED and message.audience == "participant":
        tell_failure(message, now)
    given = {f"new_{name}": value for name, value in values.items()} | {
        "tried": message.id,
        "lease_end": message.due_at,
    }
    db.session.execute(_settling(attempt.outcome is rules.Outcome.ACCEPTED, *values), given)


@cache
def _settling(was_accepted: bool, *columns: str) -> Update:
    """Return what sets these columns of a message that was tried: built once, like what takes it."""
    change = update(_ROWS).where(_ROWS.c.id == bindparam("tried"))
    if not was_accepted:
        change = change.where(_ROWS.c.state == rules.DeliveryState.SENDING, _ROWS.c.due_at == bindparam("lease_end"))
    return change.values({name: bindparam(f"new_{name}") for name in columns})


def _standing_after(message: MailMessage, attempt: Attempt, now: datetime) -> dict[str, Any]:
    if attempt.outcome is rules.Outcome.ACCEPTED:
        return {"state": rules.DeliveryState.SENT, "due_at": None, "sent_at": now, "bounce": None}
    if attempt.outcome is rules.Outcome.KEPT:
        return {"state": rules.DeliveryState.HELD, "due_at": now}
    doubts, given = message.doubts, {}
    if attempt.outcome is rules.Outcome.IN_DOUBT:
        doubts, given = doubts + 1, {"doubts": doubts + 1, "sent_at": now}
    again_at = rules.next_try(attempt.outcome, message.attempts, doubts, now, message.give_up_at)
    state = rules.DeliveryState.QUEUED if again_at is not None else rules.state_given_up(attempt.outcome, doubts)
    return {"state": state, "due_at": again_at, **given}
