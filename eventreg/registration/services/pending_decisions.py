"""A decision in the time in which it can be undone without a trace in anybody's mailbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventreg.db import db
from eventreg.mail.services import drop_for_record
from eventreg.registration.models import Decision, Registration


def find_last_decision(registration_id: int) -> Decision | None:
    """Return the newest decision on a registration, undone or not."""
    return db.session.scalars(
        select(Decision).where(Decision.registration_id == registration_id).order_by(Decision.id.desc()).limit(1)
    ).first()


def is_pending(decision: Decision | None, now: datetime) -> bool:
    """Say whether a decision stands whose mails have not gone yet."""
    return decision is not None and decision.undone_at is None and now < decision.mails_at


def drop_pending_decision(registration: Registration, now: datetime) -> None:
    """Take back the mails of a decision that something newer has overtaken (a withdrawal, another decision)."""
    decision = find_last_decision(registration.id)
    if decision is not None and is_pending(decision, now):
        drop_mails_of(decision, registration)


def drop_mails_of(decision: Decision, registration: Registration) -> bool:
    """Drop the queued mails of a decision. False when one of them is already on its way."""
    return drop_for_record(decision.mail_keys, event_id=registration.event_id)
