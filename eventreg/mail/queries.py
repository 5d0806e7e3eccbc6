"""Reads of the outbox. Organizers see the messages of their event only; an account's mail is in none of these."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from eventreg.db import db, get_of_event
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState, Standing, standing

#: a message that has been due for so long without a worker taking it says that none is at work
STUCK_AFTER = timedelta(minutes=10)
#: a message that was queued so long ago and has not gone is somebody's business: a server that wants to be asked again for
#: good measure takes it within the first four tries, which are over by then
OLD_AFTER = timedelta(minutes=30)
_OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING)


class Backlog(NamedTuple):
    """What of the outbox has not gone. How old a message is counts from when it was queued, however often it was put off."""

    #: since when the longest waiting one is queued
    oldest: datetime | None
    #: how many were tried, and put off or not taken
    deferred: int
    #: how many have waited for longer than `OLD_AFTER`
    old: int
    #: how many no worker has taken for longer than `STUCK_AFTER`, and since when the first of them is due
    stuck: int
    stuck_since: datetime | None


def get_message(event_id: int, message_id: int) -> MailMessage:
    """Return one message of an event. Raises NotFound, also for another event's and for an account's."""
    return get_of_event(MailMessage, event_id, id=message_id)


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


def count_backlog(connection: Connection, now: datetime) -> Backlog:
    """Count what has not gone, in one statement."""
    is_open, is_stuck = MailMessage.state.in_(_OPEN), MailMessage.due_at <= now - STUCK_AFTER
    was_tried = MailMessage.outcome.is_not(None)
    is_old = (MailMessage.created_at <= now - OLD_AFTER) & (was_tried | is_stuck)
    found = connection.execute(
        select(
            func.min(MailMessage.created_at).filter(is_open),
            func.count().filter(is_open, was_tried),
            func.count().filter(is_open, is_old),
            func.count().filter(is_stuck),
            func.min(MailMessage.due_at).filter(is_stuck),
        ).where(MailMessage.due_at.is_not(None))
    ).one()
    return Backlog(*found)
