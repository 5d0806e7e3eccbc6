"""Who gets a place, who waits for a decision, who waits for a place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventreg.events.rules.categories import ApprovalRule
from eventreg.registration.rules.admission import Admission, Places, admit
from eventreg.registration.rules.states import Action

AT_ONCE, BY_ORGANIZER = ApprovalRule.AT_ONCE, ApprovalRule.BY_ORGANIZER
ROOM = Places(capacity=2, taken=1, category_places=None, category_taken=1)
FULL = Places(capacity=2, taken=2, category_places=None, category_taken=1)
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


@pytest.mark.parametrize(
    ("places", "free"),
    [
        (Places(None, 500, None, 500), None),
        (Places(10, 4, None, 4), 6),
        (Places(None, 4, 5, 4), 1),
        (Places(10, 9, 5, 1), 1),
        (Places(10, 3, 5, 3), 2),
        (Places(10, 10, 5, 1), 0),
        (Places(10, 5, 5, 5), 0),
        # case 19: fewer than are taken is allowed, and nobody is dropped
        (Places(10, 12, None, 12), -2),
        (Places(0, 0, None, 0), 0),
    ],
)
def test_free_places_are_those_of_the_tighter_limit(places: Places, free: int | None) -> None:
    assert places.free == free
    assert places.has_free is (free is None or free > 0)


_limits = st.none() | st.integers(0, 20)


@given(
    _limits,
    st.integers(0, 30),
    _limits,
    st.integers(0, 30),
    st.sampled_from(ApprovalRule),
    st.booleans(),
    st.booleans(),
)
def test_no_place_is_given_beyond_a_limit(
    capacity: int | None, taken: int, places: int | None, category_taken: int, approval: ApprovalRule,
    pending_counts: bool, is_approved: bool,
) -> None:  # fmt: skip
    admission = admit(approval, pending_counts, Places(capacity, taken, places, category_taken), is_approved)
    if admission.takes_place:
        assert capacity is None or taken < capacity
        assert places is None or category_taken < places
    if admission.action is Action.ADMIT_CONFIRMED:
        assert admission.takes_place
