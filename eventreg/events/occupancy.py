"""Who has registered for what, asked by this room and answered by the room above that knows.

This room declares; the assembly plugs in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from flask import Flask, current_app

_EXTENSION = "eventreg_occupancy"


@dataclass(frozen=True)
class Taken:
    """Places that are taken, by category id and of the event."""

    by_category: Mapping[int, int] = field(default_factory=dict)
    #: of those, what counts towards the capacity of the event
    total: int = 0


class Occupancy(Protocol):
    """What registration knows, and does when there are more places."""

    def count_taken(self, event_id: int) -> Taken:
        """Return the places that are taken."""

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

    def count_taken(self, event_id: int) -> Taken:
        return Taken()

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
