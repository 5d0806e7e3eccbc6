"""What the team does to a registration on the person's behalf: what all of it has in common.

Looking at what is sensitive: allowed to few, and recorded each time before it is shown.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from eventreg.attendees.queries.person import list_answers, open_sensitive
from eventreg.audit.services import Actor, note
from eventreg.db import db
from eventreg.events.announcing import Announcing
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event_in_any_state, lock_event
from eventreg.kernel.errors import NotFound
from eventreg.kernel.text import email_key
from eventreg.mail.models import MailMessage
from eventreg.mail.rules import DeliveryState
from eventreg.mail.services import drop
from eventreg.registration.models import AddressChange, Registration
from eventreg.registration.queries import registrations, scoping
from eventreg.registration.queries.answers import find_asked
from eventreg.registration.queries.scoping import get_in_scope
from eventreg.registration.rules.states import AddressTaken, ChangeReason, ChangeRefused, Status
from eventreg.registration.services.answers import OpenedFile, open_upload, refresh_search
from eventreg.registration.services.statuses import find_last_decision, is_pending


@dataclass(frozen=True)
class TeamAct:
    """Who acts, on what they saw, and whether the person is told by mail."""

    who: Organizer
    #: the registration's revision that was shown
    seen_revision: int
    tells: bool = True
    #: who moves up with it, as far as the page named them
    announcing: Announcing | None = None


def open_for(
    event_id: int, reference: str, act: TeamAct, now: datetime, statuses: Collection[Status]
) -> tuple[Event, Registration]:
    """Return the event, whose row is held, and the registration as it was seen, in the caller's transaction.

    Raises NotFound (out of scope too), LifecycleRefused and ChangeRefused: CHANGED_MEANWHILE, CALLED_OFF, NOT_POSSIBLE_NOW for
    other statuses, BEING_DECIDED while the messages of a decision wait, which tell of the registration as it was.
    """
    event = lock_event(event_id)
    registration = scoping.lock_in_scope(event_id, reference, act.who.scope)
    if registration.revision != act.seen_revision:
        raise ChangeRefused(ChangeReason.CHANGED_MEANWHILE)
    if event.is_called_off:
        raise ChangeRefused(ChangeReason.CALLED_OFF)
    if registration.status not in statuses:
        raise ChangeRefused(ChangeReason.NOT_POSSIBLE_NOW)
    decision = find_last_decision(registration.id)
    if decision is not None and decision.has_mail and is_pending(decision, now):
        raise ChangeRefused(ChangeReason.BEING_DECIDED)
    return event, registration


def change_address(registration: Registration, email: str, now: datetime) -> None:
    """Put another mail address in place of the old one, in the caller's transaction. The old link dies.

    What waits for the old address never goes, and a change that the person asked for is over. Raises AddressTaken.
    """
    other = registrations.find_live_by_email(registration.event_id, email)
    if other is not None and other.id != registration.id:
        raise AddressTaken(other.reference)
    waiting = db.session.scalars(
        select(MailMessage.key).where(
            MailMessage.record_kind == "registration",
            MailMessage.record_id == registration.id,
            MailMessage.audience == "participant",
            MailMessage.recipient == registration.email,
            MailMessage.state.in_((DeliveryState.QUEUED, DeliveryState.HELD)),
        )
    ).all()
    drop(waiting, now)
    db.session.execute(
        update(AddressChange)
        .where(
            AddressChange.registration_id == registration.id,
            AddressChange.confirmed_at.is_(None),
            AddressChange.expires_at > now,
        )
        .values(expires_at=now)
    )
    registration.email, registration.email_key = email, email_key(email)
    registration.link_generation += 1
    refresh_search(registration)


def look_at_section(event_id: int, reference: str, section_key: str, who: Organizer) -> dict[str, list[str]]:
    """Return the sensitive answers of one section by question, and record the look. Raises NotFound."""
    with holding_event_in_any_state(event_id):
        registration = get_in_scope(event_id, reference, who.scope)
        opened = open_sensitive(registration, section_key)
        note(registration, "sensitive_answers_seen", who, questions=sorted(opened))
        return opened


def look_at_questions(registration: Registration, keys: list[str], who: Actor) -> None:
    """Record that somebody looks at the answers to these sensitive questions of a registration in scope."""
    with holding_event_in_any_state(registration.event_id):
        note(registration, "sensitive_answers_seen", who, questions=sorted(keys))


def take_file(event_id: int, reference: str, public_id: str, who: Organizer, *, sees_sensitive: bool) -> OpenedFile:
    """Return a file of a registration with its content, and record that it was taken. Raises NotFound.

    One that answers a sensitive question, or a question that is asked no more, is opened only by who `sees_sensitive` answers.
    """
    with holding_event_in_any_state(event_id):
        registration = get_in_scope(event_id, reference, who.scope)
        opened = open_upload(event_id, registration.id, public_id)
        questions = [answer.question_key for answer in list_answers(registration.id) if answer.value == public_id]
        if not sees_sensitive and not _are_plain(registration, questions):
            raise NotFound
        note(registration, "file_downloaded", who, questions=questions)
        return opened


def _are_plain(registration: Registration, keys: list[str]) -> bool:
    definition = find_asked(registration, for_team=True).definition
    asked = [definition.find(key) for key in keys]
    return bool(asked) and all(question is not None and not question.is_sensitive for question in asked)
