"""Who has a message in hand, and what came of it: one short transaction between two hand-overs.

A claim is one statement that moves `due_at` of one due message to the end of a lease. So it is due for nobody else, and
becomes due again by itself when the worker dies. Only a worker that still has the lease puts a message off or gives it
up; that it was sent is true whoever has it, and is always recorded.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from eventreg.db import db, pull_back, transaction
from eventreg.mail.connection import Attempt
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import GIVE_UP_AFTER, DeliveryState, Outcome, next_try, state_given_up

log = logging.getLogger(__name__)

#: longer than one message may take (`connection.MESSAGE_SECONDS`), so that two workers never have the same one
LEASE = timedelta(seconds=60)
_OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING)


def claim_next(now: datetime) -> MailMessage | None:
    """Take the message that has been due longest, or None. It is detached: nothing it holds reaches the database again."""
    with transaction():
        return _claim(now)


def settle(message: MailMessage, attempt: Attempt, now: datetime, *, claims_next: bool = False) -> MailMessage | None:
    """Record what came of a try and, in the same transaction, take the next message if that is wanted."""
    with transaction():
        _settle(message, attempt, now)
        return _claim(now) if claims_next else None


def is_any_due(now: datetime) -> bool:
    """Say whether a worker has anything to do with any message, without taking the write lock to find out."""
    return db.session.scalar(select(MailMessage.id).where(MailMessage.due_at <= now).limit(1)) is not None


def pull_back_due(now: datetime) -> None:
    """Have what was queued, put off or taken by a clock that was ahead be due, and be given up, as if it had been right."""
    if moved := pull_back(MailMessage, now):
        log.warning("The clock went back: %d messages were due by a clock that was ahead", len(moved))
        latest = now + GIVE_UP_AFTER
        with transaction() as session:
            session.execute(
                update(MailMessage)
                .where(MailMessage.id.in_(moved), MailMessage.give_up_at > latest)
                .values(give_up_at=latest)
                .execution_options(synchronize_session=False)
            )


def hold_due(now: datetime) -> None:
    """Hold what waits to be sent when there is no server (any more): it is shown, and released by a person."""
    with transaction() as session:
        session.execute(
            update(MailMessage)
            .where(MailMessage.state.in_(_OPEN), MailMessage.due_at <= now)
            .values(state=DeliveryState.HELD)
            .execution_options(synchronize_session=False)
        )


def _claim(now: datetime) -> MailMessage | None:
    due = (
        select(MailMessage.id)
        .where(MailMessage.state.in_(_OPEN), MailMessage.due_at <= now)
        .order_by(MailMessage.due_at, MailMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    message = db.session.scalars(
        update(MailMessage)
        .where(MailMessage.id.in_(due))
        .values(state=DeliveryState.SENDING, due_at=now + LEASE, due_set_at=now, attempts=MailMessage.attempts + 1)
        .returning(MailMessage)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()
    if message is not None:
        db.session.expunge(message)
    return message


def _settle(message: MailMessage, attempt: Attempt, now: datetime) -> None:
    change = update(MailMessage).where(MailMessage.id == message.id)
    if attempt.outcome is not Outcome.ACCEPTED:
        change = change.where(MailMessage.state == DeliveryState.SENDING, MailMessage.due_at == message.due_at)
    values = {"outcome": attempt.outcome, "last_error": attempt.answer, "due_set_at": now}
    values |= _standing_after(message, attempt, now)
    db.session.execute(change.values(values).execution_options(synchronize_session=False))


def _standing_after(message: MailMessage, attempt: Attempt, now: datetime) -> dict[str, Any]:
    if attempt.outcome is Outcome.ACCEPTED:
        return {"state": DeliveryState.SENT, "due_at": None, "sent_at": now}
    if attempt.outcome is Outcome.KEPT:
        return {"state": DeliveryState.HELD, "due_at": now}
    doubts, given = message.doubts, {}
    if attempt.outcome is Outcome.IN_DOUBT:
        doubts, given = doubts + 1, {"doubts": doubts + 1, "sent_at": now}
    again_at = next_try(attempt.outcome, message.attempts, doubts, now, message.give_up_at)
    state = DeliveryState.QUEUED if again_at is not None else state_given_up(attempt.outcome, doubts)
    return {"state": state, "due_at": again_at, **given}
