"""Who gets a place, who waits for a decision, who waits for a place."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.seats import Places
from eventreg.registration.rules.availability import Admission, admit, needs_place
from eventreg.registration.rules.states import Action, Status

AT_ONCE, BY_ORGANIZER = ApprovalRule.AT_ONCE, ApprovalRule.BY_ORGANIZER
ROOM = Places(limit=2, taken=1)
FULL = Places(limit=2, taken=2)
CONFIRMED = Admission(Action.ADMIT_CONFIRMED, takes_place=True)
WAITS = Admission(Action.ADMIT_WAITLISTED, takes_place=False)


@pytest.mark.parametrize(
    ("approval", "pending_counts", "is_approved", "places", "expected"),
    [
        (AT_ONCE, False, False, ROOM, CONFIRMED),
        (AT_ONCE, False, False, FULL, WAITS),
        (AT_ONCE, True, False, ROOM, CONFIRMED),
        (AT_ONCE, True, False, FULL, WAITS),
        (BY_ORGANIZER, True, False, ROOM, Admission(Action.ADMIT_PENDING, takes_place=True)),
        (BY_ORGANIZER, True, False, FULL, WAITS),
        (BY_ORGANIZER, False, False, ROOM, Admission(Action.ADMIT_PENDING, takes_place=False)),
        (BY_ORGANIZER, False, False, FULL, Admission(Action.ADMIT_PENDING, takes_place=False)),
        (BY_ORGANIZER, True, True, ROOM, CONFIRMED),
        (BY_ORGANIZER, True, True, FULL, WAITS),
        (BY_ORGANIZER, False, True, ROOM, CONFIRMED),
        (BY_ORGANIZER, False, True, FULL, WAITS),
    ],
)
def test_admission(
    approval: ApprovalRule, pending_counts: bool, is_approved: bool, places: Places, expected: Admission
) -> None:
    assert admit(approval, pending_counts, places, is_approved) == expected


_limits = st.none() | st.integers(0, 20)


@given(_limits, st.integers(0, 30), st.sampled_from(ApprovalRule), st.booleans(), st.booleans())
def test_no_place_is_given_beyond_a_limit(
    limit: int | None, taken: int, approval: ApprovalRule, pending_counts: bool, is_approved: bool
) -> None:
    admission = admit(approval, pending_counts, Places(limit, taken), is_approved)
    if admission.takes_place:
        assert limit is None or taken < limit
    if admission.action is Action.ADMIT_CONFIRMED:
        assert admission.takes_place


@pytest.mark.parametrize("pending_counts", [True, False])
@pytest.mark.parametrize("status", Status)
def test_who_takes_a_place(status: Status, pending_counts: bool) -> None:
    counted = {Status.CONFIRMED, Status.PENDING} if pending_counts else {Status.CONFIRMED}
    assert needs_place(status, pending_counts) is (status in counted)


def test_nobody_is_approved_unless_it_is_said() -> None:
    assert admit(BY_ORGANIZER, pending_counts=False, places=ROOM).action is Action.ADMIT_PENDING
