""" "Send me my link": the request only writes a row, so that its answer and its time tell nothing about the address.

Changing one's mail address: the new one is confirmed by its holder, the old one is told, the old link dies.

The personal links of events and registrations as addresses, for mails that go now.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services.guards import Try, admit, demand
from eventreg.audit.services import Actor, note
from eventreg.db import db, transaction
from eventreg.events import links as event_links
from eventreg.events.queries.events import get_event_whole, holding_event_in_any_state, lock_event_in_any_state
from eventreg.jobs.services import schedule
from eventreg.kernel import clients, clock, tokens
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import email_key
from eventreg.mail.services import enqueue_all
from eventreg.registration.emails import (
    CONFIRM_ADDRESS,
    EARLIER_ANSWERS,
    ERASE,
    OWN_PAGE,
    SAVED_FORM,
    VERIFY,
    News,
    Occasion,
    addresses,
    participant_message,
)
from eventreg.registration.models import AddressChange, Registration
from eventreg.registration.queries import answers, places, registrations
from eventreg.registration.rules.availability import CONFIRM_ADDRESS_WITHIN, may_withdraw
from eventreg.registration.rules.states import ChangeReason, Status
from eventreg.registration.services.answers import refresh_search
from eventreg.registration.services.statuses import find_last_decision, is_pending
from eventreg.web.instance import ONE_GENERATION, address_of, keys

SEND_LINK_JOB = "registration.send_link"
#: what keys of these jobs begin with: where somebody asked for it, and where it comes of a form
LINK_JOBS = (SEND_LINK_JOB, f"{SEND_LINK_JOB}/form")


#: an address is sent so many links in an hour, then one in twelve minutes: whoever asks for them uses up nobody's; a client may
#: ask for so many
LINKS_BY_ADDRESS = Limit("own-link/address", 5, 60, one_more_after=12)
LINKS_BY_CLIENT = Limit("own-link/client", 20, 60)


def holder_of(event_id: int, email: str) -> str:
    """Return as what an address of an event is counted in `LINKS_BY_ADDRESS`."""
    return f"{event_id}/{email_key(email)}"


def request_link(event_id: int, email: str, client: str | None) -> None:
    """Ask for one's link by mail. Writes the same row whether or not the address is known.

    None where one was sent a few minutes ago, after several in the hour. Raises TooManyTries for a client that asked too often.
    """
    with transaction():
        demand(Try(LINKS_BY_CLIENT, clients.client_network(client)))
        if admit(Try(LINKS_BY_ADDRESS, holder_of(event_id, email))) is not None:
            schedule_link(event_id, email, clock.now())


def schedule_link(event_id: int, email: str, now: datetime, *, to_nobody: bool | None = None) -> None:
    """Have the worker look an address up and send its holder the link, in the caller's transaction. Once while it waits.

    `to_nobody`, said for each form that is sent at a discreet event: the same is written, but nobody is looked up.
    """
    key = link_job_key(event_id, email, LINK_JOBS[to_nobody is not None])
    schedule(SEND_LINK_JOB, key=key, payload={"event_id": event_id, "email": "" if to_nobody else email}, due_at=now)


def link_job_key(event_id: int, email: str, kind: str = SEND_LINK_JOB) -> str:
    """Return the key of the job that sends an address its link."""
    return f"{kind}:{event_id}:{tokens.lookup_hash(keys(), 'link', email_key(email))}"


def send_link(event_id: int, email: str) -> bool:
    """Send the holder of a live registration the link. False when the address is not known. A job of the worker.

    Somebody whose address is not verified yet gets the verifying message again.
    """
    now = clock.now()
    with transaction():
        registration = registrations.find_live_by_email(event_id, email)
        if registration is None:
            return False
        event = get_event_whole(event_id)
        is_unverified = registration.status is Status.UNVERIFIED
        message = addresses.Verify if is_unverified else addresses.OwnLink
        link = (VERIFY if is_unverified else OWN_PAGE, registration.public_id, registration.link_generation)
        news = News(message, answers.find_day_ids(registration))
        enqueue_all(
            [
                participant_message(
                    Occasion.load(event), registration, news, now, link=link, key_suffix=f"/{now.timestamp():.6f}"
                )
            ]
        )
    return True


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
    with holding_event_in_any_state(event_id):
        registration = registrations.lock_registration(event_id, registration_id)
        if not may_withdraw(registration.status):
            raise Refused(ChangeReason.NOT_POSSIBLE_NOW)
        if email_key(email) == registration.email_key:
            raise Refused(ChangeReason.SAME_ADDRESS)
        tries = (Try(CHANGES_BY_REGISTRATION, registration.public_id), Try(CHANGES_BY_ADDRESS, email_key(email)))
        demand(*tries)
        _end_requests(registration.id, now)
        change = AddressChange(
            public_id=tokens.new_public_id(),
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
                    News(addresses.ConfirmAddress, answers.find_day_ids(registration)),
                    now,
                    recipient=email,
                    link=(CONFIRM_ADDRESS, change.public_id, ONE_GENERATION),
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
    found = registrations.get_address_change(token, CONFIRM_ADDRESS)
    seen = db.session.get_one(Registration, found.registration_id)
    event = lock_event_in_any_state(seen.event_id)
    registration = registrations.lock_registration(event.id, seen.id)
    change = registrations.get_address_change(token, CONFIRM_ADDRESS)
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
    other = registrations.find_live_by_email(event.id, change.email)
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
    day_ids = answers.find_day_ids(registration)
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


_PAGES = {
    OWN_PAGE: "selfservice.show_own",
    VERIFY: "selfservice.verify",
    CONFIRM_ADDRESS: "selfservice.confirm_address",
    EARLIER_ANSWERS: "selfservice.offer_earlier_answers",
    SAVED_FORM: "selfservice.show_saved_form",
    ERASE: "privacy.confirm_erasure",
    addresses.CHOICES: "selfservice.choose_messages",
    addresses.CONTACT_CHOICE: "contacts.show_choice",
    addresses.COPIES: "selfservice.end_own_copies",
    places.INVITED: "invitations.show_invitation",
    event_links.INVITATION: "team.show_invitation",
}


def resolve(purpose: str, public_id: str, generation: int) -> str:
    """Return the address of a personal link. Raises LookupError for a purpose of another room."""
    return address_of(_PAGES[purpose], token=tokens.personal_token(keys(), purpose, public_id, generation))
