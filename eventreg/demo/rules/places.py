"""How fictional registrations stand, so that their statuses and the places taken fit each other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.seats import Places, Seats
from eventreg.registration.rules.admission import admit
from eventreg.registration.rules.bulk import CategoryRule
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


def draw_status(rule: CategoryRule, chance: random.Random) -> Status:
    """Draw how a registration in this category stands."""
    shares = _SHARES[rule.approval]
    return chance.choices(list(shares), list(shares.values()))[0]


def large_enough(seats: Seats) -> Seats:
    """Return the seats with limits raised to what is taken, where more is taken than there is."""
    limits = {id_: _raised(seats.in_category(id_)) for id_ in seats.limits}
    return replace(seats, limits=limits, capacity=_raised(seats.whole))


def settle(seats: Seats, drawn: Sequence[tuple[CategoryRule, Status]]) -> tuple[Seats, list[Status]]:
    """Return the seats after these people, and how each stands.

    Whoever was drawn to have a place has one: limits rise to what is taken. Whoever was drawn to wait waits only where
    nothing is free then, and is let in as the rules say otherwise: nobody waits for a place that is there.
    """
    for rule, status in drawn:
        if rule.takes_place(status):
            seats = seats.take(rule.id)
    seats = large_enough(seats)
    settled = []
    for rule, drawn_status in drawn:
        status = drawn_status
        if status is Status.WAITLISTED:
            admission = admit(rule.approval, rule.pending_counts, seats.of(rule.id))
            status = TRANSITIONS[Status.UNVERIFIED, admission.action]
            if admission.takes_place:
                seats = seats.take(rule.id)
        settled.append(status)
    return seats, settled


def _raised(places: Places) -> int | None:
    return None if places.limit is None else places.limit + places.over
