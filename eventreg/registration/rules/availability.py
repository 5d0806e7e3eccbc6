"""What the public is told about registering: when, and whether there are places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.publication import Publication
from eventreg.registration.rules.admission import Places, RegistrationState, admit
from eventreg.registration.rules.deadlines import refusal_to_register
from eventreg.registration.rules.refusals import RegisteringReason
from eventreg.registration.rules.states import Action


@dataclass(frozen=True)
class CategoryPlaces:
    """A category with what it has and what of it is taken. `places` None: only the event's capacity limits it."""

    id: int
    approval: ApprovalRule
    pending_counts: bool
    places: int | None
    taken: int


@dataclass(frozen=True)
class Availability:
    """The state of an event's registration at an instant."""

    state: RegistrationState
    #: places that somebody can still have, whatever the category; None: no limit
    free: int | None
    #: ids of the categories whose next person goes to the waiting list
    waiting: frozenset[int]

    @property
    def is_open(self) -> bool:
        """Whether the form can be sent, be it for the waiting list."""
        return self.state not in _NO_WAY_IN

    @property
    def is_partly_full(self) -> bool:
        """Whether some categories have a waiting list while others take people."""
        return self.is_open and bool(self.waiting) and self.state is not RegistrationState.WAITING_LIST


_NO_WAY_IN = frozenset(
    {RegistrationState.SOON, RegistrationState.CLOSED, RegistrationState.CALLED_OFF, RegistrationState.OVER}
)


def availability(
    now: datetime,
    opens_at: datetime,
    closes_at: datetime,
    *,
    capacity: int | None,
    few_places: int,
    categories: Sequence[CategoryPlaces],
    publication: Publication = Publication.PUBLISHED,
) -> Availability:
    """Say what the public is told, by the same rules that decide on who registers.

    The event has a waiting list when the next person of every category would go there. It has few places when at most
    `few_places` are free. An event without categories has no way in: closed. Of a draft it says what the public will
    be told once it is published: only a preview asks.
    """
    if publication is Publication.DRAFT:
        publication = Publication.PUBLISHED
    refusal = refusal_to_register(now, opens_at, closes_at, publication)
    taken = sum(category.taken for category in categories)
    waiting = frozenset(category.id for category in categories if _waits(category, capacity, taken))
    free = _free(categories, capacity, taken)
    return Availability(_state(refusal, categories, waiting, free, few_places), free, waiting)


def _state(
    refusal: RegisteringReason | None,
    categories: Sequence[CategoryPlaces],
    waiting: frozenset[int],
    free: int | None,
    few_places: int,
) -> RegistrationState:
    if refusal in _STATES_OF_REFUSAL:
        return _STATES_OF_REFUSAL[refusal]
    if refusal is not None or not categories:
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


def _waits(category: CategoryPlaces, capacity: int | None, taken: int) -> bool:
    places = Places(capacity, taken, category.places, category.taken)
    return admit(category.approval, category.pending_counts, places).action is Action.ADMIT_WAITLISTED


def _free(categories: Sequence[CategoryPlaces], capacity: int | None, taken: int) -> int | None:
    limits = []
    if capacity is not None:
        limits.append(max(0, capacity - taken))
    limited = [max(0, each.places - each.taken) for each in categories if each.places is not None]
    if categories and len(limited) == len(categories):
        limits.append(sum(limited))
    return min(limits) if limits else None
