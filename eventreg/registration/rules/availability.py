"""What the public is told about registering: when, and whether there are places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from eventreg.events.rules.categories import ApprovalRule, Window
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.seats import Seats
from eventreg.registration.rules.admission import RegistrationState, admit
from eventreg.registration.rules.deadlines import refusal_to_register
from eventreg.registration.rules.refusals import RegisteringReason
from eventreg.registration.rules.states import Action


@dataclass(frozen=True)
class OfferedCategory:
    """A category as it lets people in."""

    id: int
    approval: ApprovalRule
    pending_counts: bool
    is_private: bool = False
    #: its own dates, inside those of the event
    window: Window | None = None


@dataclass(frozen=True)
class Availability:
    """The state of an event's registration at an instant."""

    state: RegistrationState
    #: places that somebody can still have, whatever the category; None: no limit
    free: int | None
    #: ids of the categories whose next person goes to the waiting list
    waiting: frozenset[int]
    #: from the first opening of a category to the last closing of one
    window: Window
    #: ids of the categories that are not open yet, and of those that are open no more, by their own dates
    not_yet: frozenset[int] = frozenset()
    no_more: frozenset[int] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether the form can be sent, be it for the waiting list."""
        return self.state not in _NO_WAY_IN

    @property
    def is_partly_full(self) -> bool:
        """Whether some categories have a waiting list while others take people."""
        return self.is_open and bool(self.waiting) and self.state is not RegistrationState.WAITING_LIST


_NO_WAY_IN = frozenset(
    {
        RegistrationState.SOON,
        RegistrationState.BY_INVITATION,
        RegistrationState.CLOSED,
        RegistrationState.CALLED_OFF,
        RegistrationState.OVER,
    }
)


def availability(
    now: datetime,
    opens_at: datetime,
    closes_at: datetime,
    *,
    seats: Seats,
    few_places: int,
    categories: Sequence[OfferedCategory],
    publication: Publication = Publication.PUBLISHED,
) -> Availability:
    """Say what the public is told, by the same rules that decide on who registers.

    Private categories are not told of; what they take of the event's places is. The event has a waiting list when the next
    person of every category that is open would go there. It has few places when at most `few_places` are free. It is open
    while one of its categories is, which may have dates of its own inside those of the event. An event without categories
    has no way in: closed. Of a draft it says what the public will
    be told once it is published: only a preview asks.
    """
    if publication is Publication.DRAFT:
        publication = Publication.PUBLISHED
    whole = Window(opens_at, closes_at)
    offered = [category for category in categories if not category.is_private]
    windows = [category.window or whole for category in offered if not (category.window or whole).is_empty] or [whole]
    told = Window(min(each.opens_at for each in windows), max(each.closes_at for each in windows))
    refusals = {
        category.id: refusal_to_register(now, window.opens_at, window.closes_at, publication)
        for category in offered
        for window in (category.window or whole,)
    }
    open_ones = [category for category in offered if refusals[category.id] is None]
    waiting = frozenset(category.id for category in open_ones if _waits(category, seats))
    free = seats.open_to([category.id for category in open_ones or offered])
    refusal = refusal_to_register(now, told.opens_at, told.closes_at, publication)
    state = _state(refusal, open_ones, waiting, free, few_places)
    if refusal is None and not open_ones:
        state = _without_any_open(categories, offered, refusals)
    not_yet = frozenset(key for key, reason in refusals.items() if reason is RegisteringReason.NOT_OPEN_YET)
    no_more = frozenset(key for key, reason in refusals.items() if reason is RegisteringReason.CLOSED)
    return Availability(state, free, waiting, told, not_yet, no_more)


def _without_any_open(
    categories: Sequence[OfferedCategory],
    offered: Sequence[OfferedCategory],
    refusals: Mapping[int, RegisteringReason | None],
) -> RegistrationState:
    """Return the state inside the window while nobody from the public can register: between two windows, or ever."""
    if RegisteringReason.NOT_OPEN_YET in refusals.values():
        return RegistrationState.SOON
    return RegistrationState.BY_INVITATION if categories and not offered else RegistrationState.CLOSED


def _state(
    refusal: RegisteringReason | None,
    categories: Sequence[OfferedCategory],
    waiting: frozenset[int],
    free: int | None,
    few_places: int,
) -> RegistrationState:
    if refusal in _STATES_OF_REFUSAL:
        return _STATES_OF_REFUSAL[refusal]
    if refusal is not None:
        return RegistrationState.CLOSED
    if len(waiting) == len(categories):
        return RegistrationState.WAITING_LIST
    if free is not None and free <= few_places:
        return RegistrationState.FEW_PLACES
    return RegistrationState.OPEN


_STATES_OF_REFUSAL = {
    RegisteringReason.NOT_OPEN_YET: RegistrationState.SOON,
    RegisteringReason.CALLED_OFF: RegistrationState.CALLED_OFF,
    RegisteringReason.OVER: RegistrationState.OVER,
}


def _waits(category: OfferedCategory, seats: Seats) -> bool:
    places = seats.of(category.id)
    return admit(category.approval, category.pending_counts, places).action is Action.ADMIT_WAITLISTED
