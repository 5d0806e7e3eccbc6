"""A decision in the time in which it can be undone without a trace in anybody's mailbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select, update

from eventreg.db import db, revocable
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import drop
from eventreg.registration.models import Decision, OptionPlace, Place, Registration
from eventreg.registration.rules.states import Status


def find_last_decision(registration_id: int) -> Decision | None:
    """Return the newest decision on a registration, undone or not."""
    return db.session.scalars(
        select(Decision).where(Decision.registration_id == registration_id).order_by(Decision.id.desc()).limit(1)
    ).first()


def is_pending(decision: Decision | None, now: datetime) -> bool:
    """Say whether a decision stands whose mails have not gone yet."""
    return decision is not None and decision.undone_at is None and now < decision.mails_at


def find_decision_before(decision: Decision) -> Decision | None:
    """Return the decision that made the status from which `decision` led away, or None when none made it."""
    earlier = db.session.scalars(
        select(Decision)
        .where(
            Decision.registration_id == decision.registration_id,
            Decision.id < decision.id,
            Decision.undone_at.is_(None),
        )
        .order_by(Decision.id.desc())
        .limit(1)
    ).first()
    return earlier if earlier is not None and earlier.status_after is decision.status_before else None


def find_standing_decision(registration: Registration) -> Decision | None:
    """Return the newest decision that is not undone, when it is what made the present status."""
    decision = db.session.scalars(
        select(Decision)
        .where(Decision.registration_id == registration.id, Decision.undone_at.is_(None))
        .order_by(Decision.id.desc())
        .limit(1)
    ).first()
    return decision if decision is not None and decision.status_after is registration.status else None


def overtake_pending_decision(registration: Registration, now: datetime) -> Status:
    """Take back the mails of a decision that something newer overtakes; returns the status that the person knows of."""
    decision = find_standing_decision(registration)
    if decision is None:
        return registration.status
    if not decision.has_mail:
        return decision.status_known
    if not is_pending(decision, now):
        return registration.status
    if decision.mail_keys[0] not in drop(decision.mail_keys, now):
        return registration.status
    put_calendar_back(registration, decision)
    return decision.status_known


def put_calendar_back(registration: Registration, decision: Decision) -> None:
    """Keep that the person's calendar is as it was before a decision whose messages never go."""
    if decision.calendar_uids_before is not None:
        registration.calendar_uids = list(decision.calendar_uids_before)
    # What an invitation that was taken back had shown is not known any more: the next message shows it anew.
    registration.calendar_revision = 0


def is_undone_in_silence(decision: Decision, now: datetime) -> bool:
    """Say whether undoing brings back a status that needs no mail: what the person knows, or what nobody told on purpose.

    A status whose mails were dropped cannot come back like this. Whether the mails of `decision` itself can still be taken
    back is another question.
    """
    if not is_pending(decision, now):
        return False
    before = find_decision_before(decision)
    return decision.status_known is decision.status_before or (before is not None and not before.has_mail)


def take_back_mails(decision: Decision, now: datetime) -> bool:
    """Take back every mail of a decision, or none of them: False when one is already on its way."""
    with revocable() as undo:
        if drop(decision.mail_keys, now) == set(decision.mail_keys):
            return True
        undo()
    return False


def hold_back(decision_ids: Select[Any], now: datetime, until: datetime) -> None:
    """Let the mails of these decisions wait longer where they have not gone, and with them what the decisions set free.

    In the caller's transaction, who holds the event's row: while many are undone, the mails of the last must not go.
    """
    waiting = (Decision.id.in_(decision_ids), Decision.undone_at.is_(None), Decision.mails_at > now)
    people = select(Decision.registration_id).where(*waiting)
    told = exists().where(
        Decision.registration_id == MailMessage.record_id, Decision.mails_at == MailMessage.due_at, *waiting
    )
    held = (
        update(MailMessage)
        .where(
            MailMessage.record_kind == "registration",
            MailMessage.record_id.in_(people),
            MailMessage.state == DeliveryState.QUEUED,
            told,
        )
        .values(due_at=until, due_set_at=now),
        update(Place).where(Place.registration_id.in_(people), Place.released_at > now).values(released_at=until),
        update(OptionPlace)
        .where(OptionPlace.registration_id.in_(people), OptionPlace.released_at > now)
        .values(released_at=until),
        update(Decision).where(*waiting).values(mails_at=until),
    )
    for statement in held:
        db.session.execute(statement.execution_options(synchronize_session=False))
