from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from eventreg.events.rules.categories import ApprovalRule
from eventreg.events.rules.dates import Window
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.seats import Seats
from eventreg.registration.rules.availability import Availability, OfferedCategory, RegistrationState, availability

OPENS = datetime(2027, 1, 10, 15, 0, tzinfo=UTC)
CLOSES = datetime(2027, 2, 13, 0, 0, tzinfo=UTC)
DURING = datetime(2027, 1, 20, tzinfo=UTC)
SECOND = timedelta(seconds=1)
AT_ONCE, BY_ORGANIZER = ApprovalRule.AT_ONCE, ApprovalRule.BY_ORGANIZER


@dataclass(frozen=True)
class Told(OfferedCategory):
    """A category with its places."""

    places: int | None = None
    taken: int = 0
    counts_toward_event: bool = True


def category(number: int = 1, places: int | None = None, taken: int = 0, **changes: object) -> Told:
    values = {"approval": AT_ONCE, "pending_counts": False, **changes}
    return Told(number, places=places, taken=taken, **values)  # type: ignore[arg-type]


def told(
    *categories: Told,
    at: datetime = DURING,
    closes: datetime = CLOSES,
    capacity: int | None = None,
    few_places: int = 10,
    publication: Publication = Publication.PUBLISHED,
) -> Availability:
    seats = Seats(
        capacity,
        {each.id: each.places for each in categories},
        {each.id: each.taken for each in categories},
        frozenset(each.id for each in categories if not each.counts_toward_event),
    )
    return availability(
        at, OPENS, closes, seats=seats, few_places=few_places, categories=categories, publication=publication
    )


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (OPENS - SECOND, RegistrationState.SOON),
        (OPENS, RegistrationState.OPEN),
        (CLOSES - SECOND, RegistrationState.OPEN),
        (CLOSES, RegistrationState.CLOSED),
    ],
)
def test_registration_opens_and_closes_to_the_second(at: datetime, state: RegistrationState) -> None:
    # case 28
    assert told(category(), at=at).state is state


def test_the_hour_of_closing_holds_across_a_change_of_clocks() -> None:
    # case 28: clocks in Chicago go forward on 14 March 2027; 18:00 there is another instant after it than before
    zone = ZoneInfo("America/Chicago")
    before, after = (datetime(2027, 3, day, 18, tzinfo=zone).astimezone(UTC) for day in (13, 14))
    assert after - before == timedelta(hours=23)
    for closes in (before, after):
        states = [told(category(), at=at, closes=closes).state for at in (closes - SECOND, closes)]
        assert states == [RegistrationState.OPEN, RegistrationState.CLOSED]


@pytest.mark.parametrize(
    ("taken", "state", "free"),
    [
        (0, RegistrationState.OPEN, 20),
        (9, RegistrationState.OPEN, 11),
        (10, RegistrationState.FEW_PLACES, 10),
        (19, RegistrationState.FEW_PLACES, 1),
        (20, RegistrationState.WAITING_LIST, 0),
        (23, RegistrationState.WAITING_LIST, 0),
    ],
)
def test_free_places_decide_on_the_state(taken: int, state: RegistrationState, free: int) -> None:
    found = told(category(taken=taken), capacity=20)
    assert (found.state, found.free) == (state, free)


def test_without_any_limit_it_is_open() -> None:
    found = told(category(taken=500))
    assert (found.state, found.free, found.waiting) == (RegistrationState.OPEN, None, frozenset())


def test_every_category_full_is_a_waiting_list_though_the_event_has_places() -> None:
    found = told(category(1, 5, 5), category(2, 3, 3), capacity=100)
    assert (found.state, found.free) == (RegistrationState.WAITING_LIST, 0)
    assert not found.is_partly_full


def test_one_full_category_is_named_while_others_take_people() -> None:
    found = told(category(1, 5, 5), category(2, 50, 3), capacity=100)
    assert found.state is RegistrationState.OPEN
    assert found.waiting == {1}
    assert found.is_partly_full


def test_few_places_counts_what_the_categories_can_still_take() -> None:
    found = told(category(1, 60, 60), category(2, 60, 53), capacity=200)
    assert (found.state, found.free) == (RegistrationState.FEW_PLACES, 7)


def test_the_smaller_of_event_and_categories_counts() -> None:
    assert told(category(1, 60, 10), category(2, 60, 10), capacity=24).free == 4
    assert told(category(1, 5, 4), category(2), capacity=24).free == 20


def test_who_only_waits_for_an_organizer_is_not_told_of_a_waiting_list() -> None:
    found = told(category(1, 5, 5, approval=BY_ORGANIZER))
    assert (found.state, found.free, found.waiting) == (RegistrationState.FEW_PLACES, 0, frozenset())
    counted = told(category(1, 5, 5, approval=BY_ORGANIZER, pending_counts=True))
    assert counted.state is RegistrationState.WAITING_LIST


def test_before_opening_and_after_closing_places_change_nothing() -> None:
    for at, state in ((OPENS - SECOND, RegistrationState.SOON), (CLOSES, RegistrationState.CLOSED)):
        found = told(category(1, 5, 5), category(2), at=at)
        assert found.state is state
        assert not found.is_open
        assert not found.is_partly_full


def test_an_event_without_categories_has_no_way_in() -> None:
    assert told().state is RegistrationState.CLOSED


@given(
    st.lists(st.tuples(st.none() | st.integers(0, 6), st.integers(0, 8), st.booleans(), st.booleans()), max_size=4),
    st.none() | st.integers(0, 12),
)
def test_what_is_told_never_contradicts_itself(
    rows: list[tuple[int | None, int, bool, bool]], capacity: int | None
) -> None:
    categories = [
        category(number, places, taken, approval=AT_ONCE if at_once else BY_ORGANIZER, pending_counts=counts)
        for number, (places, taken, at_once, counts) in enumerate(rows)
    ]
    found = told(*categories, capacity=capacity)
    assert (found.state is RegistrationState.WAITING_LIST) == (
        bool(categories) and found.waiting == {each.id for each in categories}
    )
    if found.free:
        assert found.state is not RegistrationState.WAITING_LIST
    if all(each.approval is AT_ONCE for each in categories) and found.free == 0 and categories:
        assert found.state is RegistrationState.WAITING_LIST


def test_it_is_open_while_one_category_is() -> None:
    # case 28
    early = category(1, window=Window(OPENS, DURING))
    late = category(2, window=Window(DURING + SECOND, CLOSES))
    assert told(early, late, at=DURING - SECOND).state is RegistrationState.OPEN
    between = told(early, late, at=DURING)
    assert (between.state, between.no_more, between.not_yet) == (RegistrationState.SOON, {1}, {2})
    assert told(early, late, at=DURING + SECOND).state is RegistrationState.OPEN
    assert told(early, at=DURING).state is RegistrationState.CLOSED
    never = Window(CLOSES, OPENS)
    assert told(category(1, window=never)).state is RegistrationState.CLOSED


def test_private_categories_are_not_told_of_but_take_places() -> None:
    private = category(1, taken=15, is_private=True)
    assert told(private, category(2, taken=5), capacity=20).state is RegistrationState.WAITING_LIST
    assert told(private, category(2, 3, 3)).state is RegistrationState.WAITING_LIST
    assert told(private).state is RegistrationState.BY_INVITATION
    assert not told(private).is_open


def test_people_who_do_not_count_take_no_place_of_the_event_and_need_none() -> None:
    staff = category(1, 30, 25, counts_toward_event=False)
    assert told(staff, category(2, taken=5), capacity=20, few_places=3).free == 5 + 15
    full = told(staff, category(2, taken=20), capacity=20)
    assert (full.waiting, full.free) == ({2}, 5)


@pytest.mark.parametrize(
    ("publication", "state"),
    [
        (Publication.DRAFT, RegistrationState.OPEN),
        (Publication.PUBLISHED, RegistrationState.OPEN),
        (Publication.REGISTRATION_CLOSED, RegistrationState.CLOSED),
        (Publication.CANCELLED, RegistrationState.CALLED_OFF),
        (Publication.ARCHIVED, RegistrationState.OVER),
    ],
)
def test_what_is_told_of_an_event_in_each_state(publication: Publication, state: RegistrationState) -> None:
    assert told(category(), publication=publication).state is state


def test_a_category_whose_dates_leave_no_time_does_not_widen_what_is_told() -> None:
    never = Window(OPENS - 2 * SECOND, OPENS - 2 * SECOND)
    assert told(category(), category(2, window=never)).window == Window(OPENS, CLOSES)


def test_free_places_are_those_of_categories_that_are_open() -> None:
    later = Window(DURING + SECOND, CLOSES)
    found = told(category(places=30, taken=10), category(2, places=5, window=later))
    assert (found.free, found.not_yet) == (20, {2})
    assert told(category(places=30, taken=10), at=OPENS - SECOND).free == 20
