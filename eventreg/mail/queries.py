"""Reads of the outbox. Organizers see the messages of their event only; an account's mail is in none of these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.kernel.errors import NotFound
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState, Standing, standing

#: a message that has been due for so long without a worker taking it says that none is at work
STUCK_AFTER = timedelta(minutes=10)


def get_message(event_id: int, message_id: int) -> MailMessage:
    """Return one message of an event. Raises NotFound, also for another event's and for an account's."""
    message = db.session.scalars(
        select(MailMessage).where(MailMessage.id == message_id, MailMessage.event_id == event_id)
    ).one_or_none()
    if message is None:
        raise NotFound
    return message


def list_latest_states(
    event_id: int, record_ids: Sequence[int], record_kind: str = "registration"
) -> dict[int, Standing]:
    """Return where the newest message to each participant stands, by registration or record of another kind.

    Those without one are left out.
    """
    latest = (
        select(func.max(MailMessage.id))
        .where(
            MailMessage.event_id == event_id,
            MailMessage.record_kind == record_kind,
            MailMessage.record_id.in_(record_ids),
            MailMessage.audience == "participant",
            MailMessage.state != DeliveryState.DROPPED,
        )
        .group_by(MailMessage.record_id)
    )
    rows = db.session.execute(
        select(MailMessage.record_id, MailMessage.state, MailMessage.attempts).where(MailMessage.id.in_(latest))
    )
    return {record_id: standing(state, attempts) for record_id, state, attempts in rows if record_id is not None}


def find_stuck(now: datetime) -> datetime | None:
    """Return since when the longest waiting message is due that no worker has taken for ten minutes, or None."""
    return db.session.scalar(select(func.min(MailMessage.due_at)).where(MailMessage.due_at <= now - STUCK_AFTER))
