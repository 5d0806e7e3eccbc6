"""A decision in the time in which it can be undone without a trace in anybody's mailbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventreg.db import db
from eventreg.mail.services import drop
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
        drop(decision.mail_keys, now)


def take_back_mails(decision: Decision, now: datetime) -> bool:
    """Take back every mail of a decision, or none of them: False when one is already on its way."""
    with db.session.begin_nested() as savepoint:
        if drop(decision.mail_keys, now) == set(decision.mail_keys):
            return True
        savepoint.rollback()
    return False
