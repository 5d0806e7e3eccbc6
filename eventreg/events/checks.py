"""What other rooms know and do about an event's life: looks before it is published, and what follows a change of state.

This room declares; the assembly plugs in, since the rooms that know stand above.

Who has registered for what, asked by this room and answered by the room above that knows.

This room declares; the assembly plugs in.

How much each category is asked, asked by this room and answered by the room above that knows.

This room declares; the assembly plugs in.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from flask import Flask, current_app

from eventreg.events.models import Event
from eventreg.events.rules.seats import Seats

_EXTENSION = "eventreg_lifecycle"


@dataclass(frozen=True)
class Missing:
    """Something that an event lacks, as another room sees it."""

    is_blocking: bool
    #: says it in the language in force: "There is no form to register with"
    words: Callable[[], str]
    #: the page that mends it, which takes `slug`; one that is not there is not linked
    endpoint: str = ""


#: looks at an event and returns what it lacks
Check = Callable[[int], Sequence[Missing]]


class Told(NamedTuple):
    """How many people learn of a change of state: those who live with it, by status, and the contact person."""

    confirmed: int = 0
    pending: int = 0
    waitlisted: int = 0

    @property
    def people(self) -> int:
        """How many participants are written to."""
        return self.confirmed + self.pending + self.waitlisted


class Followers(Protocol):
    """What registration does and knows. Called inside the transaction that changes the event, whose row is held."""

    def count_registrations(self, event_id: int) -> int:
        """Return how many registrations there are, of any status."""

    def count_told(self, event_id: int) -> Told:
        """Return how many people a cancellation reaches now."""

    def event_cancelled(self, event_id: int, at: datetime) -> None:
        """Drop what is queued for the event and have everybody told, once, in their own language."""

    def event_reinstated(self, event_id: int, at: datetime) -> None:
        """Drop what is still queued of the cancellation and have everybody told that the event takes place."""

    def forget_event(self, event_id: int) -> None:
        """Remove what was kept for a draft that is about to be deleted, such as files of forms that were never sent."""


class _Nobody:
    """Stands in where no room follows: nobody is registered, and nobody is told."""

    def count_registrations(self, event_id: int) -> int:
        return 0

    def count_told(self, event_id: int) -> Told:
        return Told()

    def event_cancelled(self, event_id: int, at: datetime) -> None:
        return None

    def event_reinstated(self, event_id: int, at: datetime) -> None:
        return None

    def forget_event(self, event_id: int) -> None:
        return None


@dataclass
class Lifecycle:
    """What is plugged in."""

    checks: list[Check] = field(default_factory=list)
    followers: Followers = field(default_factory=_Nobody)

    def add_check(self, check: Check) -> None:
        """Have `check(event id)` asked whenever somebody wants to know what an event lacks."""
        self.checks.append(check)


def init_lifecycle(app: Flask) -> Lifecycle:
    """Give `app` an empty registry and return it, to be filled."""
    lifecycle = Lifecycle()
    app.extensions[_EXTENSION] = lifecycle
    return lifecycle


def followers() -> Followers:
    """Return who follows the life of events in the running application."""
    return _lifecycle().followers


def list_missing(event_id: int) -> list[Missing]:
    """Return what other rooms miss at an event."""
    return [missing for check in _lifecycle().checks for missing in check(event_id)]


def _lifecycle() -> Lifecycle:
    lifecycle: Lifecycle = current_app.extensions[_EXTENSION]
    return lifecycle


_OCCUPANCY_EXTENSION = "eventreg_occupancy"


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


class _OccupancyNobody:
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
    app.extensions[_OCCUPANCY_EXTENSION] = occupancy


def occupancy() -> Occupancy:
    """Return who answers in the running application."""
    found: Occupancy = current_app.extensions.get(_OCCUPANCY_EXTENSION, _OccupancyNobody())
    return found


_ASKED_EXTENSION = "eventreg_asked"


class CountAsked(Protocol):
    """What the room of questions knows."""

    def __call__(self, event_id: int, category_keys: Collection[str]) -> Mapping[str, int]:
        """Return how many questions people of each category are asked, by its key; nothing before any were published."""


def init_asked(app: Flask, count_asked: CountAsked) -> None:
    """Plug in who answers."""
    app.extensions[_ASKED_EXTENSION] = count_asked


def count_asked(event_id: int, category_keys: Collection[str]) -> Mapping[str, int]:
    """Return how many questions people of each category are asked; nothing where no room answers."""
    found: CountAsked | None = current_app.extensions.get(_ASKED_EXTENSION)
    return found(event_id, category_keys) if found is not None else {}
