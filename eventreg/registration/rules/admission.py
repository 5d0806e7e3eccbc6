"""Who gets a place, who waits for a decision, who waits for a place."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.seats import Places
from eventreg.registration.rules.states import Action, Status


@dataclass(frozen=True)
class Admission:
    """How someone is let in: the action on the status, and whether it takes a place."""

    action: Action
    takes_place: bool


def admit(approval: ApprovalRule, pending_counts: bool, places: Places, is_approved: bool = False) -> Admission:
    """Decide on somebody who has just registered, or whose turn it is on the waiting list.

    A category that confirms at once confirms while there is a place. One that waits for an organizer takes the person
    as pending; where pending people count towards capacity, only while there is a place. Everyone else waits.
    `places` are those that the category needs one of; `is_approved` says that an organizer has approved the person before.
    """
    if approval is ApprovalRule.AT_ONCE or is_approved:
        if places.has_free:
            return Admission(Action.ADMIT_CONFIRMED, takes_place=True)
        return Admission(Action.ADMIT_WAITLISTED, takes_place=False)
    if not pending_counts:
        return Admission(Action.ADMIT_PENDING, takes_place=False)
    if places.has_free:
        return Admission(Action.ADMIT_PENDING, takes_place=True)
    return Admission(Action.ADMIT_WAITLISTED, takes_place=False)


def needs_place(status: Status, pending_counts: bool) -> bool:
    """Say whether somebody with this status takes a place, in a category whose pending people do or do not."""
    return status is Status.CONFIRMED or (status is Status.PENDING and pending_counts)


class RegistrationState(enum.Enum):
    """What the public is told about registering."""

    SOON = "soon"
    OPEN = "open"
    FEW_PLACES = "few_places"
    WAITING_LIST = "waiting_list"
    #: everybody comes by a private category
    BY_INVITATION = "by_invitation"
    CLOSED = "closed"
    #: the event does not take place
    CALLED_OFF = "called_off"
    #: the event is over and archived
    OVER = "over"
