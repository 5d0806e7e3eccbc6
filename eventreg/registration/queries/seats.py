"""The places of events by the ledger. Decisions count again, under the lock."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func, select

from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.rules.seats import Seats
from eventreg.registration.models import Place


def get_seats(event: Event) -> Seats:
    """Return the seats of an event whose categories are loaded, in one statement."""
    return list_seats([event])[event.id]


def find_seats(event: Event) -> Seats:
    """Return the seats of an event whose categories need not be loaded, in one statement."""
    taken = func.count(Place.id)
    rows = db.session.execute(
        select(Category.id, Category.places, Category.counts_toward_event, taken)
        .outerjoin(Place, and_(Place.event_id == event.id, Place.category_id == Category.id))
        .where(Category.event_id == event.id)
        .group_by(Category.id, Category.places, Category.counts_toward_event)
    ).all()
    return Seats(
        event.capacity,
        {row[0]: row[1] for row in rows},
        {row[0]: row[3] for row in rows},
        frozenset(row[0] for row in rows if not row[2]),
    )


def list_seats(events: Sequence[Event]) -> dict[int, Seats]:
    """Return the seats of events whose categories are loaded, by event id, in one statement."""
    rows = db.session.execute(
        select(Place.category_id, func.count())
        .where(Place.event_id.in_([event.id for event in events]))
        .group_by(Place.event_id, Place.category_id)
    )
    taken = dict(rows.all())
    return {event.id: event.seats(taken) for event in events}
