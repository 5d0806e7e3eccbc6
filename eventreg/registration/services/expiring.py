"""Giving up registrations whose address was not verified in time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventreg.audit.services import SYSTEM, note
from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.registration.models import Registration
from eventreg.registration.queries.registrations import lock_registration
from eventreg.registration.rules.deadlines import VERIFY_WITHIN
from eventreg.registration.rules.states import Action, Status
from eventreg.registration.services.statuses import move
from eventreg.registration.services.ways_in import open_again


def expire_unverified(now: datetime) -> int:
    """Cancel what has been unverified for too long, one transaction each; returns how many. The address is free again."""
    stale = db.session.execute(
        select(Registration.event_id, Registration.id).where(
            Registration.status == Status.UNVERIFIED, Registration.submitted_at <= now - VERIFY_WITHIN
        )
    ).all()
    return sum(_expire(event_id, registration_id, now) for event_id, registration_id in stale)


def _expire(event_id: int, registration_id: int, now: datetime) -> bool:
    with transaction():
        lock_event_in_any_state(event_id)
        registration = lock_registration(event_id, registration_id)
        if registration.status is not Status.UNVERIFIED:
            return False
        move(registration, Action.EXPIRE, now)
        open_again(registration)
        note(registration, "expired", SYSTEM, now)
        return True
