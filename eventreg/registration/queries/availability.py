"""How many places events have left, as the public is told. Decisions count again, under the lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.rules.publication import Publication
from eventreg.registration.models import Place
from eventreg.registration.rules.availability import Availability, CategoryPlaces, availability


def get_availability(event: Event, now: datetime) -> Availability:
    """Return the state of registration of an event whose categories are loaded, in one statement."""
    return list_availabilities([event], now)[event.id]


def list_availabilities(events: Sequence[Event], now: datetime) -> dict[int, Availability]:
    """Return the state of registration of events whose categories are loaded, by event id, in one statement."""
    rows = db.session.execute(
        select(Place.category_id, func.count())
        .where(Place.event_id.in_([event.id for event in events]))
        .group_by(Place.event_id, Place.category_id)
    )
    taken = dict(rows.all())
    return {event.id: _availability(event, taken, now) for event in events}


def _availability(event: Event, taken: Mapping[int, int], now: datetime) -> Availability:
    return availability(
        now,
        event.registration_opens_at,
        event.registration_closes_at,
        capacity=event.capacity,
        few_places=event.few_places,
        publication=Publication.CANCELLED if event.is_called_off else event.publication,
        categories=[
            CategoryPlaces(
                category.id,
                category.approval,
                category.pending_counts,
                category.places,
                taken.get(category.id, 0),
                category.counts_toward_event,
                category.is_private,
                event.window_of(category),
            )
            for category in event.categories
        ],
    )
