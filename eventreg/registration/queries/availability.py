"""How many places events have left, as the public is told. Decisions count again, under the lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from eventreg.events.models import Event
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.seats import Seats
from eventreg.registration.queries.seats import list_seats
from eventreg.registration.rules.availability import Availability, OfferedCategory, availability


def get_availability(event: Event, now: datetime) -> Availability:
    """Return the state of registration of an event whose categories are loaded, in one statement."""
    return list_availabilities([event], now)[event.id]


def list_availabilities(events: Sequence[Event], now: datetime) -> dict[int, Availability]:
    """Return the state of registration of events whose categories are loaded, by event id, in one statement."""
    seats = list_seats(events)
    return {event.id: _availability(event, seats[event.id], now) for event in events}


def _availability(event: Event, seats: Seats, now: datetime) -> Availability:
    return availability(
        now,
        event.registration_opens_at,
        event.registration_closes_at,
        seats=seats,
        few_places=event.few_places,
        publication=Publication.CANCELLED if event.is_called_off else event.publication,
        categories=[
            OfferedCategory(
                category.id, category.approval, category.pending_counts, category.is_private, event.window_of(category)
            )
            for category in event.categories
        ],
    )
