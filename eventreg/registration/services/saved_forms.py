"""Forms kept for later: what was typed, sealed as a whole, until it is sent or its time is over."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from eventreg.accounts.rules.guarding import Limit
from eventreg.accounts.services.guards import Try, demand
from eventreg.db import transaction
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.kernel import clock, sealing
from eventreg.kernel.clients import client_network
from eventreg.kernel.tokens import new_public_id
from eventreg.mail.services import enqueue
from eventreg.registration.emails import Occasion, addresses
from eventreg.registration.models import SavedForm, Upload
from eventreg.registration.queries.saved_forms import resumed_key, sealed_form_place, were_sent
from eventreg.registration.rules.searching import email_key
from eventreg.registration.services.uploads import submission_hash
from eventreg.web.instance import keys

#: how long a form is kept, but never past the end of registration
KEPT_FOR = timedelta(days=14)

#: an address is written to so many times an hour, then once in twelve minutes, a client may keep so many forms
FORMS_BY_ADDRESS = Limit("saved-form/address", 5, 60, one_more_after=12)
FORMS_BY_CLIENT = Limit("saved-form/client", 20, 60)

Values = Mapping[str, Sequence[str]]


def save_form(
    event_id: int,
    category_id: int,
    submission_key: str,
    values: Values,
    *,
    email: str,
    language: str,
    client: str | None,
) -> None:
    """Keep a form and mail the link to it.

    It goes on under a key of its own, which only the link gives (`resumed_key`), and its files go over to that one; kept
    again from there, the newer text takes the place of the older, under the same link. Raises
    TooManyTries, with nothing kept, and Busy.
    """
    now = clock.now()
    tries = (Try(FORMS_BY_ADDRESS, f"{event_id}/{email_key(email)}"), Try(FORMS_BY_CLIENT, client_network(client)))
    with transaction() as session:
        event = lock_event_in_any_state(event_id)
        demand(*tries)
        kept_under = submission_hash(event_id, submission_key)
        saved = session.scalars(
            select(SavedForm).where(SavedForm.event_id == event_id, SavedForm.submission_hash == kept_under)
        ).one_or_none()
        if saved is None:
            saved = SavedForm(public_id=new_public_id(), event_id=event_id, generation=1)
            session.add(saved)
        elif email_key(saved.email) != email_key(email):
            # The link that went to another address dies.
            saved.generation += 1
        saved.category_id, saved.email, saved.language = category_id, email, language
        saved.submission_hash = submission_hash(event_id, resumed_key(saved))
        saved.sealed = _sealed(saved.public_id, values)
        saved.saved_at, saved.expires_at = now, min(now + KEPT_FOR, max(event.registration_closes_at, now))
        session.flush()
        session.execute(
            update(Upload)
            .where(Upload.event_id == event_id, Upload.submission_hash == kept_under, Upload.held_until.is_not(None))
            .values(held_until=saved.expires_at, submission_hash=saved.submission_hash)
            .execution_options(synchronize_session=False)
        )
        enqueue(addresses.FormKept.compose(Occasion.load(event), saved, now))


def sweep_saved_forms(now: datetime) -> int:
    """Delete forms whose time is over and those that were sent. Returns how many went. A duty of the worker."""
    with transaction() as session:
        gone = session.scalars(
            delete(SavedForm)
            .where((SavedForm.expires_at <= now) | were_sent())
            .returning(SavedForm.id)
            .execution_options(synchronize_session=False)
        ).all()
    return len(gone)


def _sealed(public_id: str, values: Values) -> bytes:
    content = json.dumps({name: list(each) for name, each in values.items()})
    return sealing.seal(keys(), content.encode("utf-8"), sealed_form_place(public_id))
