"""How fictional registrations stand, so that their statuses and the places taken fit each other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from eventreg.events.rules.categories import ApprovalRule
from eventreg.registration.rules.admission import Places, admit
from eventreg.registration.rules.states import TRANSITIONS, Status

_SHARES = {
    ApprovalRule.AT_ONCE: {
        Status.CONFIRMED: 72,
        Status.WAITLISTED: 12,
        Status.DECLINED: 5,
        Status.CANCELLED: 11,
    },
    ApprovalRule.BY_ORGANIZER: {
        Status.CONFIRMED: 44,
        Status.PENDING: 25,
        Status.WAITLISTED: 11,
        Status.DECLINED: 11,
        Status.CANCELLED: 9,
    },
}


@dataclass(frozen=True)
class Hall:
    """The places of an event: its own limit, and those of its categories by id with what is taken. None: no limit."""

    capacity: int | None
    limits: dict[int, int | None]
    taken: dict[int, int]
    #: categories whose people need none of the event's places
    beside: frozenset[int] = frozenset()

    def places(self, category_id: int) -> Places:
        """Return what one category has."""
        taken = self.taken.get(category_id, 0)
        capacity = None if category_id in self.beside else self.capacity
        return Places(capacity, self.total, self.limits[category_id], taken)

    @property
    def total(self) -> int:
        """How many of the event's places are taken."""
        return sum(taken for category_id, taken in self.taken.items() if category_id not in self.beside)

    def with_one_more(self, category_id: int) -> Hall:
        """Return the hall after a place is taken there."""
        return replace(self, taken={**self.taken, category_id: self.taken.get(category_id, 0) + 1})

    def large_enough(self) -> Hall:
        """Return the hall with limits raised to what is taken, where more is taken than there is."""
        limits = {
            category_id: None if limit is None else max(limit, self.taken.get(category_id, 0))
            for category_id, limit in self.limits.items()
        }
        return replace(self, limits=limits, capacity=None if self.capacity is None else max(self.capacity, self.total))


@dataclass(frozen=True)
class Rule:
    """How a category lets people in."""

    category_id: int
    category_key: str
    approval: ApprovalRule
    pending_counts: bool

    def takes_place(self, status: Status) -> bool:
        """Say whether a registration of this status has a place."""
        return status is Status.CONFIRMED or (status is Status.PENDING and self.pending_counts)


def draw_status(rule: Rule, chance: random.Random) -> Status:
    """Draw how a registration in this category stands."""
    shares = _SHARES[rule.approval]
    return chance.choices(list(shares), list(shares.values()))[0]


def settle(hall: Hall, drawn: Sequence[tuple[Rule, Status]]) -> tuple[Hall, list[Status]]:
    """Return the hall after these people, and how each stands.

    Whoever was drawn to have a place has one: limits rise to what is taken. Whoever was drawn to wait waits only where
    nothing is free then, and is let in as the rules say otherwise: nobody waits for a place that is there.
    """
    for rule, status in drawn:
        if rule.takes_place(status):
            hall = hall.with_one_more(rule.category_id)
    hall = hall.large_enough()
    settled = []
    for rule, drawn_status in drawn:
        status = drawn_status
        if status is Status.WAITLISTED:
            admission = admit(rule.approval, rule.pending_counts, hall.places(rule.category_id))
            status = TRANSITIONS[Status.UNVERIFIED, admission.action]
            if admission.takes_place:
                hall = hall.with_one_more(rule.category_id)
        settled.append(status)
    return hall, settled
