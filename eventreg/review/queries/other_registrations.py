"""The other registrations of what is likely the same person, as far as an account may know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import joinedload

from eventreg.db import db
from eventreg.events.rules.team import Sight
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import conditions

_MOST = 20


class OtherRegistration(NamedTuple):
    """A registration, at this event or another."""

    registration: Registration
    #: the mail address is the same; else the name, with the telephone number or the institution
    has_same_address: bool


def list_other_registrations(registration: Registration, sights: Mapping[int, Sight]) -> Sequence[OtherRegistration]:
    """Return the registrations with the same address, or the same name and telephone number or institution, newest first.

    `sights`: the events whose registrations the account may see, by id, with what it sees of them; of others nothing is
    told. At the registration's own event it is those with the same address, which were cancelled before. Where contact
    data is not for the account, neither there nor here, nothing is found by it.
    """
    own = sights[registration.event_id]
    allowed = [
        and_(
            Registration.event_id == event_id,
            *conditions(event_id, sight.scope),
            _alike(registration, event_id, has_contact_data=own.has_contact_data and sight.has_contact_data),
        )
        for event_id, sight in sights.items()
    ]
    rows = db.session.scalars(
        select(Registration)
        .options(joinedload(Registration.category))
        .where(Registration.id != registration.id, or_(*allowed))
        .order_by(Registration.submitted_at.desc(), Registration.id.desc())
        .limit(_MOST)
    )
    return [OtherRegistration(row, _shows_address(registration, row, own, sights)) for row in rows]


def _shows_address(one: Registration, other: Registration, own: Sight, sights: Mapping[int, Sight]) -> bool:
    has_contact_data = own.has_contact_data and sights[other.event_id].has_contact_data
    return has_contact_data and other.email_key == one.email_key


def _alike(registration: Registration, event_id: int, *, has_contact_data: bool) -> ColumnElement[bool]:
    """Return what makes another registration likely the same person's."""
    found: list[ColumnElement[bool]] = []
    if has_contact_data:
        found.append(Registration.email_key == registration.email_key)
    signs: list[ColumnElement[bool]] = []
    if has_contact_data and registration.phone_key:
        signs.append(Registration.phone_key == registration.phone_key)
    if registration.sort_institution:
        signs.append(Registration.sort_institution == registration.sort_institution)
    # Without either a name alone says nothing: many people are called alike.
    if signs and event_id != registration.event_id:
        found.append(and_(Registration.sort_name == registration.sort_name, or_(*signs)))
    return or_(*found) if found else false()
