""" "Fill in my earlier answers": the request only writes a row, so that its answer and its time tell nothing."""

from __future__ import annotations

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services.guards import Try, admit, demand
from eventreg.db import transaction
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.jobs.services import schedule
from eventreg.kernel import clock
from eventreg.kernel.clients import client_network
from eventreg.kernel.tokens import lookup_hash
from eventreg.mail.services import enqueue
from eventreg.registration.emails import Occasion, addresses
from eventreg.registration.queries.earlier import find_latest_elsewhere
from eventreg.registration.rules.searching import email_key
from eventreg.registration.services.links import LINKS_BY_CLIENT
from eventreg.web.instance import keys

SEND_EARLIER_JOB = "registration.send_earlier_answers"
#: counted apart from the links to one's registration: who asks for those in somebody's name leaves these
_EARLIER_BY_ADDRESS = Limit("earlier-link/address", 5, 60, one_more_after=12)


def request_earlier_answers(event_id: int, email: str, language: str, client: str | None) -> None:
    """Ask for the link to one's earlier answers. Writes the same row whether or not the address is known.

    None where one was sent a few minutes ago, after several in the hour. Raises TooManyTries for a client that asked too often.
    """
    with transaction():
        demand(Try(LINKS_BY_CLIENT, client_network(client)))
        if admit(Try(_EARLIER_BY_ADDRESS, f"{event_id}/{email_key(email)}")) is None:
            return
        key = f"{SEND_EARLIER_JOB}:{event_id}:{lookup_hash(keys(), 'link', email_key(email))}"
        payload = {"event_id": event_id, "email": email, "language": language}
        schedule(SEND_EARLIER_JOB, key=key, payload=payload, due_at=clock.now())


def send_earlier_answers(event_id: int, email: str, language: str) -> bool:
    """Send the holder of an earlier registration the link. False when there is none. A job of the worker."""
    with transaction():
        registration = find_latest_elsewhere(event_id, email)
        if registration is None:
            return False
        event = get_event_whole(event_id)
        enqueue(addresses.EarlierAnswers.compose(Occasion.load(event), registration, language, clock.now()))
    return True
