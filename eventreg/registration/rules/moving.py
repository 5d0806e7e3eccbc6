"""What becomes of somebody who is moved to another category."""

from __future__ import annotations

from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.seats import Places
from eventreg.registration.rules.admission import admit
from eventreg.registration.rules.states import TRANSITIONS, Action, Status

#: whose places are decided anew; whoever is declined or not verified yet has none and stays so
_DECIDED_ANEW = frozenset({Status.PENDING, Status.CONFIRMED})


def action_of_move(
    status: Status, approval: ApprovalRule, pending_counts: bool, places: Places, is_approved: bool
) -> Action | None:
    """Return what a move does to the status, or None where it stays.

    `places` are those of the new category, without the place that the person gives up. Whoever is confirmed is approved, and
    stays confirmed while there is a place; else waits, approved. Whoever waits for a decision is taken as the new category
    takes somebody who has just come. Whoever waits for a place keeps the turn, and the list moves by itself.
    """
    if status not in _DECIDED_ANEW:
        return None
    admission = admit(approval, pending_counts, places, is_approved or status is Status.CONFIRMED)
    after = TRANSITIONS[Status.UNVERIFIED, admission.action]
    if after is status:
        return None
    return Action.APPROVE if after is Status.CONFIRMED else Action.WAITLIST
