"""What is known of invited people is deleted some time after the event: who came is known by the registration."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select, update

from eventreg.db import db, transaction
from eventreg.events.models import Event, EventDay
from eventreg.mail.services import forget_people
from eventreg.registration.models import Invitation
from eventreg.registration.rules.invitations import KEPT_AFTER_EVENT

#: databases take some thousand values in one statement
_AT_ONCE = 500
_PERSONAL = ("email", "email_key", "given_name", "family_name", "institution", "note")


def forget_invited(now: datetime) -> int:
    """Delete names, addresses, institutions and notes of the invitations of events that are over; returns of how many.

    Their messages lose whom they went to and what they said. The rows stay, with what became of them, so that figures
    hold. A duty of the worker; done twice it is done once.
    """
    forgotten = 0
    for event_id in _events_over(now):
        with transaction() as session:
            gone = session.scalars(
                update(Invitation)
                .where(Invitation.event_id == event_id, _is_known())
                .values(dict.fromkeys(_PERSONAL, ""))
                .returning(Invitation.id)
                .execution_options(synchronize_session=False)
            ).all()
            for start in range(0, len(gone), _AT_ONCE):
                forget_people("invitation", gone[start : start + _AT_ONCE], now)
        forgotten += len(gone)
    return forgotten


def _events_over(now: datetime) -> list[int]:
    """Return the events that ended long enough ago, by their last day and in their own zone, and still know somebody."""
    rows = db.session.execute(
        select(Event.id, Event.time_zone, func.max(EventDay.held_on))
        .join(EventDay, EventDay.event_id == Event.id)
        .where(Event.id.in_(select(Invitation.event_id).where(_is_known())))
        .group_by(Event.id, Event.time_zone)
    )
    return [
        event_id
        for event_id, zone, last_day in rows
        if last_day + KEPT_AFTER_EVENT < now.astimezone(ZoneInfo(zone)).date()
    ]


def _is_known() -> ColumnElement[bool]:
    return or_(*(getattr(Invitation, name) != "" for name in _PERSONAL))
