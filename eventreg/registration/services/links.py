""" "Send me my link": the request only writes a row, so that its answer and its time tell nothing about the address."""

from __future__ import annotations

from datetime import datetime

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services.guards import Try, admit, demand
from eventreg.db import transaction
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.jobs.services import schedule
from eventreg.kernel import clock
from eventreg.kernel.clients import client_network
from eventreg.kernel.tokens import lookup_hash
from eventreg.mail.services import enqueue_all
from eventreg.registration.emails import OWN_PAGE, VERIFY, News, Occasion, addresses, participant_message
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.queries.registrations import find_live_by_email
from eventreg.registration.rules.searching import email_key
from eventreg.registration.rules.states import Status
from eventreg.web.instance import keys

SEND_LINK_JOB = "registration.send_link"


#: an address is sent so many links in an hour, then one in twelve minutes: whoever asks for them uses up nobody's; a client may
#: ask for so many
LINKS_BY_ADDRESS = Limit("own-link/address", 5, 60, one_more_after=12)
LINKS_BY_CLIENT = Limit("own-link/client", 20, 60)


def request_link(event_id: int, email: str, client: str | None) -> None:
    """Ask for one's link by mail. Writes the same row whether or not the address is known.

    None where one was sent a few minutes ago, after several in the hour. Raises TooManyTries for a client that asked too often.
    """
    with transaction():
        demand(Try(LINKS_BY_CLIENT, client_network(client)))
        if admit(Try(LINKS_BY_ADDRESS, f"{event_id}/{email_key(email)}")) is not None:
            schedule_link(event_id, email, clock.now())


def schedule_link(event_id: int, email: str, now: datetime) -> None:
    """Have the worker look an address up and send its holder the link, in the caller's transaction. Once while it waits."""
    key = f"{SEND_LINK_JOB}:{event_id}:{lookup_hash(keys(), 'link', email_key(email))}"
    schedule(SEND_LINK_JOB, key=key, payload={"event_id": event_id, "email": email}, due_at=now)


def send_link(event_id: int, email: str) -> bool:
    """Send the holder of a live registration the link. False when the address is not known. A job of the worker.

    Somebody whose address is not verified yet gets the verifying message again.
    """
    now = clock.now()
    with transaction():
        registration = find_live_by_email(event_id, email)
        if registration is None:
            return False
        event = get_event_whole(event_id)
        is_unverified = registration.status is Status.UNVERIFIED
        message = addresses.Verify if is_unverified else addresses.OwnLink
        link = (VERIFY if is_unverified else OWN_PAGE, registration.public_id, registration.link_generation)
        news = News(message, find_day_ids(registration))
        enqueue_all(
            [
                participant_message(
                    Occasion.load(event), registration, news, now, link=link, key_suffix=f"/{now.timestamp():.6f}"
                )
            ]
        )
    return True
