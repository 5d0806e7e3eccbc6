"""The statuses of a registration, which belong together, and what leads from one to another: tables, nothing else."""

from __future__ import annotations

import enum


class Status(enum.Enum):
    """Where a registration stands. Live is every status but `cancelled`."""

    #: the address is not yet verified; counts nowhere
    UNVERIFIED = "unverified"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Action(enum.Enum):
    """Something that changes a status."""

    #: outcomes of registering or of verifying an address, see `rules.admission`
    ADMIT_CONFIRMED = "admit_confirmed"
    ADMIT_PENDING = "admit_pending"
    ADMIT_WAITLISTED = "admit_waitlisted"
    #: an address was not verified in time
    EXPIRE = "expire"
    #: an organizer's decisions; `approve_without_place` is an approval for which no place was free
    APPROVE = "approve"
    APPROVE_WITHOUT_PLACE = "approve_without_place"
    DECLINE = "decline"
    WAITLIST = "waitlist"
    REOPEN = "reopen"
    #: the waiting list moves
    PROMOTE_TO_CONFIRMED = "promote_to_confirmed"
    PROMOTE_TO_PENDING = "promote_to_pending"
    #: the participant withdraws
    WITHDRAW = "withdraw"


_S, _A = Status, Action

#: whoever takes part, or may yet: answers and withdraws, holds options, is told what everybody is told
STANDING = frozenset({_S.PENDING, _S.CONFIRMED, _S.WAITLISTED})
LIVE = frozenset(Status) - {_S.CANCELLED}
#: whoever has come further first: of two registrations of one person that one stays
FURTHEST = (_S.CONFIRMED, _S.PENDING, _S.WAITLISTED, _S.UNVERIFIED, _S.DECLINED, _S.CANCELLED)

TRANSITIONS: dict[tuple[Status, Action], Status] = {
    (_S.UNVERIFIED, _A.ADMIT_CONFIRMED): _S.CONFIRMED,
    (_S.UNVERIFIED, _A.ADMIT_PENDING): _S.PENDING,
    (_S.UNVERIFIED, _A.ADMIT_WAITLISTED): _S.WAITLISTED,
    (_S.UNVERIFIED, _A.EXPIRE): _S.CANCELLED,
    (_S.UNVERIFIED, _A.WITHDRAW): _S.CANCELLED,
    (_S.PENDING, _A.APPROVE): _S.CONFIRMED,
    (_S.PENDING, _A.APPROVE_WITHOUT_PLACE): _S.WAITLISTED,
    (_S.PENDING, _A.DECLINE): _S.DECLINED,
    (_S.PENDING, _A.WAITLIST): _S.WAITLISTED,
    (_S.PENDING, _A.WITHDRAW): _S.CANCELLED,
    (_S.CONFIRMED, _A.DECLINE): _S.DECLINED,
    (_S.CONFIRMED, _A.WAITLIST): _S.WAITLISTED,
    (_S.CONFIRMED, _A.REOPEN): _S.PENDING,
    (_S.CONFIRMED, _A.WITHDRAW): _S.CANCELLED,
    (_S.WAITLISTED, _A.APPROVE): _S.CONFIRMED,
    (_S.WAITLISTED, _A.APPROVE_WITHOUT_PLACE): _S.WAITLISTED,
    (_S.WAITLISTED, _A.DECLINE): _S.DECLINED,
    (_S.WAITLISTED, _A.REOPEN): _S.PENDING,
    (_S.WAITLISTED, _A.PROMOTE_TO_CONFIRMED): _S.CONFIRMED,
    (_S.WAITLISTED, _A.PROMOTE_TO_PENDING): _S.PENDING,
    (_S.WAITLISTED, _A.WITHDRAW): _S.CANCELLED,
    # A declined person cannot register again by the public form, so cannot withdraw to try again either.
    (_S.DECLINED, _A.APPROVE): _S.CONFIRMED,
    (_S.DECLINED, _A.APPROVE_WITHOUT_PLACE): _S.WAITLISTED,
    (_S.DECLINED, _A.WAITLIST): _S.WAITLISTED,
    (_S.DECLINED, _A.REOPEN): _S.PENDING,
}

#: what an organizer can choose, in the order of the screen
DECISIONS = (Action.APPROVE, Action.WAITLIST, Action.DECLINE, Action.REOPEN)


def next_status(status: Status, action: Action) -> Status | None:
    """Return the status that `action` leads to, or None when it is not possible from `status`."""
    return TRANSITIONS.get((status, action))
