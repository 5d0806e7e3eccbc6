"""How many places are left."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies as st

from eventreg.events.rules.seats import Places, Seats, gives_more


@pytest.mark.parametrize(
    ("places", "left", "free", "over"),
    [
        (Places(None, 500), None, None, 0),
        (Places(10, 4), 6, 6, 0),
        (Places(10, 10), 0, 0, 0),
        # case 19: fewer than are taken is allowed, and nobody is dropped
        (Places(10, 12), -2, 0, 2),
        (Places(0), 0, 0, 0),
    ],
)
def test_places_left(places: Places, left: int | None, free: int | None, over: int) -> None:
    assert (places.left, places.free, places.over) == (left, free, over)
    assert places.has_free is (left is None or left > 0)
    assert left is None or places.take().left == left - 1


def one_category(capacity: int | None, taken: int, places: int | None, category_taken: int) -> Seats:
    return Seats(capacity, {1: places, 2: None}, {1: category_taken, 2: taken - category_taken})


@pytest.mark.parametrize(
    ("seats", "left"),
    [
        (one_category(None, 500, None, 500), None),
        (one_category(10, 4, None, 4), 6),
        (one_category(None, 4, 5, 4), 1),
        (one_category(10, 9, 5, 1), 1),
        (one_category(10, 3, 5, 3), 2),
        (one_category(10, 10, 5, 1), 0),
        (one_category(10, 5, 5, 5), 0),
        (one_category(10, 12, None, 12), -2),
        (one_category(0, 0, None, 0), 0),
    ],
)
def test_free_places_are_those_of_the_tighter_limit(seats: Seats, left: int | None) -> None:
    assert seats.of(1).left == left
    assert seats.of(1).has_free is (left is None or left > 0)


def test_people_beside_the_event_take_and_need_none_of_its_places() -> None:
    seats = Seats(2, {1: None, 2: 5}, {1: 2, 2: 4}, frozenset({2}))
    assert (seats.whole.left, seats.of(1).left, seats.of(2).left) == (0, 0, 1)
    assert seats.take(2).whole == seats.whole
    assert seats.without(1).of(1).has_free
    assert (seats.open_to([1]), seats.open_to([2]), seats.open_to([1, 2])) == (0, 1, 1)


def test_a_limit_gives_more_when_it_is_raised_or_goes() -> None:
    assert [gives_more(5, 6), gives_more(5, None)] == [True, True]
    assert [gives_more(5, 5), gives_more(5, 4), gives_more(None, 5), gives_more(None, None)] == [False] * 4


_limits = st.none() | st.integers(0, 6)
_seats = st.lists(st.tuples(_limits, st.integers(0, 8), st.booleans()), min_size=1, max_size=4).flatmap(
    lambda rows: _limits.map(
        lambda capacity: Seats(
            capacity,
            {id_: limit for id_, (limit, _, _) in enumerate(rows)},
            {id_: taken for id_, (_, taken, _) in enumerate(rows)},
            frozenset(id_ for id_, (_, _, is_beside) in enumerate(rows) if is_beside),
        )
    )
)


@given(_seats, st.data(), st.randoms())
def test_what_is_forecast_is_what_comes_of_it_in_any_order(
    seats: Seats, data: st.DataObject, order: random.Random
) -> None:
    people = data.draw(st.lists(st.sampled_from(sorted(seats.limits)), max_size=12))
    needed = {id_: people.count(id_) for id_ in people}
    forecast, free = seats.lacking(needed), seats.open_to(list(needed))
    order.shuffle(people)
    without = 0
    for category_id in people:
        if seats.of(category_id).has_free:
            seats = seats.take(category_id)
        else:
            without += 1
    assert forecast == without
    assert free is None or len(people) - without <= free
