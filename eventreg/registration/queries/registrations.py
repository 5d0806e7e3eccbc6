"""Finding registrations: by personal link, by the team within one event, by address."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventreg.db import db, lock_row
from eventreg.kernel.errors import NotFound
from eventreg.kernel.tokens import personal_token, public_id_of, token_fits
from eventreg.registration.models import AddressChange, Registration
from eventreg.registration.rules.searching import email_key
from eventreg.registration.rules.states import Status
from eventreg.web.instance import keys

#: a confirming link is used once and has no second generation
ADDRESS_GENERATION = 1


def get_by_token(token: str, purpose: str) -> Registration:
    """Return the registration whose personal link of this purpose `token` is. Raises NotFound."""
    public_id = public_id_of(token)
    registration = db.session.scalars(
        select(Registration).options(joinedload(Registration.category)).where(Registration.public_id == public_id)
    ).one_or_none()
    if registration is None or not token_fits(
        keys(), token, purpose, registration.public_id, registration.link_generation
    ):
        raise NotFound
    return registration


def own_token(registration: Registration, purpose: str) -> str:
    """Return the token that opens a registration for `purpose` while its generation stands."""
    return personal_token(keys(), purpose, registration.public_id, registration.link_generation)


def lock_registration(event_id: int, registration_id: int) -> Registration:
    """Load a registration afresh inside the transaction; the caller holds the event's row already. Raises NotFound."""
    return lock_row(select(Registration).where(Registration.event_id == event_id, Registration.id == registration_id))


def find_live_by_email(event_id: int, email: str) -> Registration | None:
    """Return the live registration with this address."""
    return db.session.scalars(
        select(Registration).where(
            Registration.event_id == event_id,
            Registration.email_key == email_key(email),
            Registration.status != Status.CANCELLED,
        )
    ).one_or_none()


def get_address_change(token: str, purpose: str) -> AddressChange:
    """Return the change of address whose confirming link `token` is. Raises NotFound."""
    change = db.session.scalars(
        select(AddressChange).where(AddressChange.public_id == public_id_of(token))
    ).one_or_none()
    if change is None or not token_fits(keys(), token, purpose, change.public_id, ADDRESS_GENERATION):
        raise NotFound
    return change
