"""The one way in which a status changes.

A decision in the time in which it can be undone without a trace in anybody's mailbox.

Giving up registrations whose address was not verified in time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, inspect, select, update

from eventreg.audit.services import SYSTEM, note
from eventreg.db import db, revocable
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event_in_any_state
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import drop
from eventreg.registration.models import Decision, OptionPlace, Place, Registration
from eventreg.registration.queries.registrations import lock_registration
from eventreg.registration.rules.availability import VERIFY_WITHIN
from eventreg.registration.rules.states import Action, Status, next_status
from eventreg.registration.services import places, ways_in


class TransitionImpossible(Exception):
    """The table of statuses has no such change. A programming error: services ask `next_status` before."""


def move(registration: Registration, action: Action, now: datetime) -> Status:
    """Change the status by the table, raise the revision, keep the turn on the waiting list. Returns the new status.

    Who is confirmed gets the places in sessions that were chosen on the form and are still free. Who gives the registration
    up gives up the places in sessions. A decision can be undone, so that it keeps them for a while: see
    `promotion.pass_on_places`.
    """
    status = next_status(registration.status, action)
    if status is None:
        raise TransitionImpossible(f"{action.value} from {registration.status.value}")
    if status is Status.WAITLISTED and registration.status is not Status.WAITLISTED:
        registration.waitlisted_at = now
    if status is Status.CANCELLED:
        places.free_session_places(registration.id)
        places.free_option_places(registration.id)
    if status is Status.CONFIRMED:
        places.take_wished(registration, now)
    registration.status = status
    registration.status_changed_at = now
    registration.revision += 1
    return status


def merge_away(registration: Registration, now: datetime) -> None:
    """Cancel a registration whose person has another one, from any status: it was nobody's wish, and no decision.

    What it held in sessions and options is free at once; its place is the caller's to free.
    """
    places.free_session_places(registration.id)
    places.free_option_places(registration.id)
    registration.status = Status.CANCELLED
    registration.status_changed_at = now
    registration.revision += 1


def begin_decision(
    registration: Registration, action: Action, known: Status, who: Organizer, now: datetime, **telling: Any
) -> Decision:
    """Return a decision with all that an undo brings back, before it is carried out. `known`: what the person was told before."""
    return Decision(
        registration_id=registration.id,
        action=action,
        status_before=registration.status,
        status_after=registration.status,
        status_known=known,
        approved_at_before=registration.approved_at,
        waitlisted_at_before=registration.waitlisted_at,
        calendar_uids_before=registration.calendar_uids,
        account_id=who.account_id,
        decided_at=now,
        **telling,
    )


def imagined(registration: Registration, status: Status) -> Registration:
    """Return a copy as it would be after its next change. It belongs to no session: nothing imagined can reach the database."""
    copy = Registration(**{each.key: getattr(registration, each.key) for each in inspect(Registration).column_attrs})
    copy.status, copy.revision = status, registration.revision + 1
    return copy


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
    return find_standing_decisions([registration]).get(registration.id)


def find_standing_decisions(people: Sequence[Registration]) -> dict[int, Decision]:
    """Return the standing decision of each registration that has one, see `find_standing_decision`."""
    status = {person.id: person.status for person in people}
    made = select(Decision).where(Decision.registration_id.in_(status), Decision.undone_at.is_(None))
    newest = {decision.registration_id: decision for decision in db.session.scalars(made.order_by(Decision.id))}
    return {id_: decision for id_, decision in newest.items() if decision.status_after is status[id_]}


def overtake_pending_decision(registration: Registration, now: datetime) -> Status:
    """Take back the mails of a decision that something newer overtakes; returns the status that the person knows of."""
    return overtake(find_standing_decision(registration), registration, now)


def overtake(decision: Decision | None, registration: Registration, now: datetime) -> Status:
    """Do the same with the standing decision at hand."""
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
        # A copy may have ended meanwhile: what will not go is not in the way.
        left = MailMessage.key.in_(decision.mail_keys) & (MailMessage.state != DeliveryState.DROPPED)
        keys = set(db.session.scalars(select(MailMessage.key).where(left)))
        if drop(keys, now) == keys:
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


def expire_unverified(now: datetime) -> int:
    """Cancel what has been unverified for too long, one transaction each; returns how many. The address is free again."""
    stale = db.session.execute(
        select(Registration.event_id, Registration.id).where(
            Registration.status == Status.UNVERIFIED, Registration.submitted_at <= now - VERIFY_WITHIN
        )
    ).all()
    return sum(_expire(event_id, registration_id, now) for event_id, registration_id in stale)


def _expire(event_id: int, registration_id: int, now: datetime) -> bool:
    with holding_event_in_any_state(event_id) as event:
        registration = lock_registration(event_id, registration_id)
        if registration.status is not Status.UNVERIFIED:
            return False
        move(registration, Action.EXPIRE, now)
        if not event.is_discreet:
            # There an invitation is used whoever's address was typed, and stays so.
            ways_in.open_again(registration)
        note(registration, "expired", SYSTEM, now)
        return True
