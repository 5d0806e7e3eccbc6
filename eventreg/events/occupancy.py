"""Who has registered for what, asked by this room and answered by the room above that knows.

This room declares; the assembly plugs in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from flask import Flask, current_app

from eventreg.events.models import Event
from eventreg.events.rules.seats import Seats

_EXTENSION = "eventreg_occupancy"


class Occupancy(Protocol):
    """What registration knows, and does when there are more places."""

    def seats_of(self, event: Event) -> Seats:
        """Return the places of an event, whether or not its categories are loaded."""

    def count_on_day(self, event_id: int, day_id: int) -> int:
        """Return how many live registrations come on a day; whoever was not asked for days comes on each."""

    def count_in_categories(self, event_id: int) -> Mapping[int, int]:
        """Return how many registrations, of any status, each category has; those without any may be left out."""

    def count_invited(self, event_id: int) -> Mapping[int, int]:
        """Return how many invitations that nobody has answered yet each category has; those without any may be left out."""

    def places_added(self, event_id: int, at: datetime) -> None:
        """Have the waiting list looked at, in the caller's transaction: there may be places for it now."""

    def count_pending_anew(self, event_id: int, category_id: int, counts: bool, at: datetime) -> None:
        """Let those who wait for an answer in a category take a place each, or give theirs back, in the caller's transaction."""


class _Nobody:
    """Stands in where no room answers: nobody has registered."""

    def seats_of(self, event: Event) -> Seats:
        return Seats(event.capacity, {}, {})

    def count_on_day(self, event_id: int, day_id: int) -> int:
        return 0

    def count_in_categories(self, event_id: int) -> Mapping[int, int]:
        return {}

    def count_invited(self, event_id: int) -> Mapping[int, int]:
        return {}

    def places_added(self, event_id: int, at: datetime) -> None:
        return None

    def count_pending_anew(self, event_id: int, category_id: int, counts: bool, at: datetime) -> None:
        return None


def init_occupancy(app: Flask, occupancy: Occupancy) -> None:
    """Plug in who answers."""
    app.extensions[_EXTENSION] = occupancy


def occupancy() -> Occupancy:
    """Return who answers in the running application."""
    found: Occupancy = current_app.extensions.get(_EXTENSION, _Nobody())
    return found
