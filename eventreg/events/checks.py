"""What other rooms know and do about events: what one lacks, who follows a change of its state, what is taken and asked.

This room declares; the assembly plugs in, since the rooms that know stand above.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from eventreg.events.announcing import Announcing
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.rules.seats import Seats
from eventreg.web.sockets import FunctionSocket, Socket


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


class AffectedPeople(NamedTuple):
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

    def count_told(self, event_id: int) -> AffectedPeople:
        """Return how many people a cancellation reaches now."""

    def event_cancelled(self, event_id: int, at: datetime) -> None:
        """Drop what is queued for the event and have everybody told, once, in their own language."""

    def event_reinstated(self, event_id: int, at: datetime) -> None:
        """Drop what is still queued of the cancellation and have everybody told that the event takes place."""

    def forget_event(self, event_id: int) -> None:
        """Remove what was kept for a draft that is about to be deleted, such as files of forms that were never sent."""


checks: Socket[Sequence[Check]] = Socket("lifecycle_checks")
followers: Socket[Followers] = Socket("followers")


def list_missing(event_id: int) -> list[Missing]:
    """Return what other rooms miss at an event."""
    return [missing for check in checks() for missing in check(event_id)]


class MovedUp(NamedTuple):
    """Who moved up with an act that can be taken back: how many, when their mails go, and whether any do."""

    people: int
    mails_at: datetime
    has_mail: bool


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

    def places_added(self, event_id: int, at: datetime, announcing: Announcing | None = None) -> None:
        """Have the waiting list looked at, in the caller's transaction: there may be places for it now.

        With `announcing` it moves at once, or raises Unannounced; until their mails go that can be taken back.
        """

    def moved_up(self, event_id: int, at: datetime) -> MovedUp | None:
        """Return who moved up with the act of an instant, as long as that can be taken back."""

    def take_back(self, event_id: int, at: datetime, who: Organizer) -> None:
        """Put whoever moved up with an act back on the waiting list, unsaid. Raises Refused, where it is too late for one."""

    def count_pending_anew(self, event_id: int, category_id: int, counts: bool, at: datetime) -> None:
        """Let those who wait for an answer in a category take a place each, or give theirs back, in the caller's transaction."""


occupancy: Socket[Occupancy] = Socket("occupancy")


class Waiting(NamedTuple):
    """Updates of calendars that have not gone yet: to how many people, and when they go."""

    people: int
    due_at: datetime


class CalendarUpdates(Protocol):
    """What is done for those who have an event in their calendars when what stands there changes."""

    def follow(self, event: Event, before: Mapping[str, Any], announcing: Announcing) -> None:
        """Have whom a change concerns be told a minute later, in the caller's transaction, which holds the event's row.

        `before`: what `services.settings.calendar_facts` said. Raises Unannounced, where the page did not name them.
        """

    def waiting(self, event_id: int) -> Waiting | None:
        """Return what has not gone yet and can be undone."""

    def take_back(self, event_id: int, who: Organizer) -> None:
        """Put what calendars show to what it was, and tell nobody. Raises Refused, where the updates have begun to go."""


calendar_updates: Socket[CalendarUpdates] = Socket("calendar_updates")

#: (event, keys of categories) to how many questions people of each category are asked, by its key; none before any are published
count_asked: FunctionSocket[[int, Collection[str]], Mapping[str, int]] = FunctionSocket("asked")
