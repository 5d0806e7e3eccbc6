"""The other registrations of what is likely the same person, as far as an account may know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from eventreg.db import db
from eventreg.events.rules.team import Scope
from eventreg.registration.models import Registration
from eventreg.review.queries.scoping import conditions

_MOST = 20


class OtherRegistration(NamedTuple):
    """A registration, at this event or another."""

    registration: Registration
    #: the mail address is the same; else the name, with the telephone number or the institution
    has_same_address: bool


def list_other_registrations(registration: Registration, scopes: Mapping[int, Scope]) -> Sequence[OtherRegistration]:
    """Return the registrations with the same address, or the same name and telephone number or institution, newest first.

    `scopes`: the events whose registrations the account may see, by id, with what it sees of them; of others nothing is
    told. At the registration's own event it is those with the same address, which were cancelled before.
    """
    allowed = [_in_event(event_id, scope) for event_id, scope in scopes.items()]
    if not allowed:
        return []
    same_address = Registration.email_key == registration.email_key
    elsewhere = and_(Registration.event_id != registration.event_id, *_likely(registration))
    rows = db.session.scalars(
        select(Registration)
        .options(joinedload(Registration.category))
        .where(Registration.id != registration.id, or_(*allowed), or_(same_address, elsewhere))
        .order_by(Registration.submitted_at.desc(), Registration.id.desc())
        .limit(_MOST)
    )
    return [OtherRegistration(row, row.email_key == registration.email_key) for row in rows]


def _in_event(event_id: int, scope: Scope) -> ColumnElement[bool]:
    return and_(Registration.event_id == event_id, *conditions(event_id, scope))


def _likely(registration: Registration) -> Sequence[ColumnElement[bool]]:
    """Return what makes another registration likely the same person's, beside the address."""
    signs: list[ColumnElement[bool]] = []
    if registration.phone_key:
        signs.append(Registration.phone_key == registration.phone_key)
    if registration.sort_institution:
        signs.append(Registration.sort_institution == registration.sort_institution)
    # Without either a name alone says nothing: many people are called alike.
    return (Registration.sort_name == registration.sort_name, or_(*signs)) if signs else (Registration.id < 0,)
