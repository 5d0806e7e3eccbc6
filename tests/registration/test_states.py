"""The table of statuses, whole: every pair of status and action."""

from __future__ import annotations

import itertools

import pytest

from eventreg.kernel.errors import Conflict
from eventreg.registration.rules.states import (
    DECISIONS,
    TRANSITIONS,
    Action,
    ChangeReason,
    DecisionReason,
    RegisteringReason,
    Status,
    next_status,
)

_S, _A = Status, Action

#: written out anew, by action, so that a slip in the table of the product shows; what is not here is impossible
EXPECTED: dict[Action, dict[Status, Status]] = {
    _A.ADMIT_CONFIRMED: {_S.UNVERIFIED: _S.CONFIRMED},
    _A.ADMIT_PENDING: {_S.UNVERIFIED: _S.PENDING},
    _A.ADMIT_WAITLISTED: {_S.UNVERIFIED: _S.WAITLISTED},
    _A.EXPIRE: {_S.UNVERIFIED: _S.CANCELLED},
    _A.APPROVE: {_S.PENDING: _S.CONFIRMED, _S.WAITLISTED: _S.CONFIRMED, _S.DECLINED: _S.CONFIRMED},
    _A.APPROVE_WITHOUT_PLACE: {
        _S.PENDING: _S.WAITLISTED,
        _S.WAITLISTED: _S.WAITLISTED,
        _S.DECLINED: _S.WAITLISTED,
    },
    _A.DECLINE: {_S.PENDING: _S.DECLINED, _S.CONFIRMED: _S.DECLINED, _S.WAITLISTED: _S.DECLINED},
    _A.WAITLIST: {_S.PENDING: _S.WAITLISTED, _S.CONFIRMED: _S.WAITLISTED, _S.DECLINED: _S.WAITLISTED},
    _A.REOPEN: {_S.CONFIRMED: _S.PENDING, _S.WAITLISTED: _S.PENDING, _S.DECLINED: _S.PENDING},
    _A.PROMOTE_TO_CONFIRMED: {_S.WAITLISTED: _S.CONFIRMED},
    _A.PROMOTE_TO_PENDING: {_S.WAITLISTED: _S.PENDING},
    _A.WITHDRAW: {
        _S.UNVERIFIED: _S.CANCELLED,
        _S.PENDING: _S.CANCELLED,
        _S.CONFIRMED: _S.CANCELLED,
        _S.WAITLISTED: _S.CANCELLED,
    },
}


@pytest.mark.parametrize(("status", "action"), list(itertools.product(Status, Action)), ids=lambda member: member.value)
def test_every_action_from_every_status(status: Status, action: Action) -> None:
    assert next_status(status, action) is EXPECTED[action].get(status)


def test_nothing_leads_out_of_cancelled() -> None:
    """The record of somebody who left is closed; the address can register again, as another registration."""
    assert not [action for status, action in TRANSITIONS if status is Status.CANCELLED]


def test_declined_people_cannot_free_their_address() -> None:
    assert next_status(Status.DECLINED, Action.WITHDRAW) is None


def test_nobody_becomes_unverified_again() -> None:
    assert Status.UNVERIFIED not in TRANSITIONS.values()


def test_organizers_can_decide_on_whoever_is_live_and_verified() -> None:
    decidable = {status for status in Status if any(next_status(status, action) for action in DECISIONS)}
    assert decidable == {Status.PENDING, Status.CONFIRMED, Status.WAITLISTED, Status.DECLINED}


#: what is no conflict with what stands now: what was sent can be mended, or another moment helps
_NO_CONFLICT = {
    RegisteringReason.FILE_GONE: 422,
    RegisteringReason.TOO_MANY_FILES: 503,
    DecisionReason.REASON_MISSING: 422,
    DecisionReason.REASON_TOO_LONG: 422,
}


@pytest.mark.parametrize("reason", [*RegisteringReason, *ChangeReason, *DecisionReason], ids=str)
def test_a_refusal_is_answered_as_a_conflict_but_where_the_sender_can_mend_it(reason: Conflict) -> None:
    assert reason.status_code == _NO_CONFLICT.get(reason, 409)
