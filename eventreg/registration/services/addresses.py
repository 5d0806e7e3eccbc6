"""Changing one's mail address: the new one is confirmed by its holder, the old one is told, the old link dies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services.guards import Try, demand
from eventreg.audit.services import Actor, note
from eventreg.db import db, transaction
from eventreg.events.queries.for_registration import get_event_whole, lock_event_in_any_state
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.kernel.tokens import new_public_id
from eventreg.mail.services import enqueue_all
from eventreg.registration.emails import CONFIRM_ADDRESS, News, Occasion, addresses, participant_message
from eventreg.registration.models import AddressChange, Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.queries.registrations import (
    ADDRESS_GENERATION,
    find_live_by_email,
    get_address_change,
    lock_registration,
)
from eventreg.registration.rules.deadlines import CONFIRM_ADDRESS_WITHIN, may_withdraw
from eventreg.registration.rules.refusals import ChangeReason
from eventreg.registration.rules.searching import email_key
from eventreg.registration.services.answers import refresh_search
from eventreg.registration.services.pending_decisions import find_last_decision, is_pending

#: a registration may ask so often in an hour, and an address is written to so often, then once in twelve
#: minutes, whoever asks
CHANGES_BY_REGISTRATION = Limit("own-address/registration", 5, 60)
CHANGES_BY_ADDRESS = Limit("own-address/address", 5, 60, one_more_after=12)


def request_address_change(event_id: int, registration_id: int, email: str) -> None:
    """Send a confirming link to a new address. Until it is confirmed nothing changes.

    An earlier request that is not confirmed yet dies. Raises Refused (NOT_POSSIBLE_NOW, SAME_ADDRESS) and
    TooManyTries. Whether another registration has the address is not told here, only to whoever holds it.
    """
    now = clock.now()
    with transaction():
        lock_event_in_any_state(event_id)
        registration = lock_registration(event_id, registration_id)
        if not may_withdraw(registration.status):
            raise Refused(ChangeReason.NOT_POSSIBLE_NOW)
        if email_key(email) == registration.email_key:
            raise Refused(ChangeReason.SAME_ADDRESS)
        tries = (Try(CHANGES_BY_REGISTRATION, registration.public_id), Try(CHANGES_BY_ADDRESS, email_key(email)))
        demand(*tries)
        _end_requests(registration.id, now)
        change = AddressChange(
            public_id=new_public_id(),
            registration_id=registration.id,
            email=email,
            requested_at=now,
            expires_at=now + CONFIRM_ADDRESS_WITHIN,
        )
        db.session.add(change)
        note(registration, "address_change_requested", Actor.participant(registration.id), now)
        db.session.flush()
        occasion = Occasion.load(get_event_whole(event_id))
        enqueue_all(
            [
                participant_message(
                    occasion,
                    registration,
                    News(addresses.ConfirmAddress, find_day_ids(registration)),
                    now,
                    recipient=email,
                    link=(CONFIRM_ADDRESS, change.public_id, ADDRESS_GENERATION),
                    key_suffix=f"/{change.public_id}",
                )
            ]
        )


def confirm_address_change(token: str) -> Registration:
    """Make the new address the person's. The link of the old one dies, both addresses are told.

    Confirmed twice changes nothing. Raises NotFound for no such link, Refused (LINK_EXPIRED, ADDRESS_IN_USE,
    BEING_DECIDED).
    """
    try:
        with transaction():
            return _confirm(token)
    except IntegrityError:
        raise Refused(ChangeReason.ADDRESS_IN_USE) from None


def _confirm(token: str) -> Registration:
    now = clock.now()
    found = get_address_change(token, CONFIRM_ADDRESS)
    seen = db.session.get_one(Registration, found.registration_id)
    event = lock_event_in_any_state(seen.event_id)
    registration = lock_registration(event.id, seen.id)
    change = get_address_change(token, CONFIRM_ADDRESS)
    db.session.refresh(change)
    if change.confirmed_at is not None:
        if registration.email_key == email_key(change.email):
            return registration
        raise Refused(ChangeReason.LINK_EXPIRED)
    if change.expires_at <= now or not may_withdraw(registration.status):
        raise Refused(ChangeReason.LINK_EXPIRED)
    if is_pending(find_last_decision(registration.id), now):
        # Its messages wait, written to the address that is to be left, with the link that is to die.
        raise Refused(ChangeReason.BEING_DECIDED)
    other = find_live_by_email(event.id, change.email)
    if other is not None and other.id != registration.id:
        raise Refused(ChangeReason.ADDRESS_IN_USE)
    old_address = registration.email
    registration.email = change.email
    registration.email_key = email_key(change.email)
    registration.link_generation += 1
    registration.revision += 1
    change.confirmed_at = now
    refresh_search(registration)
    note(registration, "address_changed", Actor.participant(registration.id), now, old=old_address, new=change.email)
    db.session.flush()
    occasion = Occasion.load(get_event_whole(event.id))
    day_ids = find_day_ids(registration)
    enqueue_all(
        [
            participant_message(
                occasion, registration, News(addresses.AddressLeft, day_ids), now, recipient=old_address
            ),
            participant_message(occasion, registration, News(addresses.AddressChanged, day_ids), now),
        ]
    )
    return registration


def _end_requests(registration_id: int, now: datetime) -> None:
    """Let links to addresses that were asked for earlier expire: one of them may be another person's, mistyped."""
    db.session.execute(
        update(AddressChange)
        .where(
            AddressChange.registration_id == registration_id,
            AddressChange.confirmed_at.is_(None),
            AddressChange.expires_at > now,
        )
        .values(expires_at=now)
    )
