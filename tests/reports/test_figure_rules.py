"""What figures tell to somebody who may see no people: nobody in small groups, and no small group from the totals. Case 41."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from hypothesis import given, strategies as st

from eventreg.registration.rules.states import Status
from eventreg.reports.rules import FEWEST, OTHERS, Cell, Counting, Span, merged, merged_spans, spans, told

MONDAY = date(2027, 2, 1)
numbers = st.lists(st.integers(0, 12), max_size=8)


def cells(*counts: int) -> list[Cell]:
    return [Cell(str(position), number) for position, number in enumerate(counts)]


def test_live_is_every_status_but_cancelled() -> None:
    assert set(Counting.LIVE.statuses) == set(Status) - {Status.CANCELLED}
    assert Counting.CONFIRMED.statuses == (Status.CONFIRMED,)
    assert set(Counting.ALL.statuses) == set(Status)


def test_large_groups_and_none_are_told_as_they_are() -> None:
    assert merged(cells(9, 0, 5)) == cells(9, 0, 5)


def test_a_single_small_group_takes_the_next_smallest_along() -> None:
    assert merged(cells(20, 3, 7)) == [Cell("0", 20), Cell(OTHERS, 10, ("1", "2"))]


def test_small_groups_that_are_many_stand_together() -> None:
    assert merged(cells(20, 3, 4)) == [Cell("0", 20), Cell(OTHERS, 7, ("1", "2"))]


def test_two_that_are_few_together_take_another_along() -> None:
    assert merged(cells(20, 1, 2)) == [Cell(OTHERS, 23, ("1", "2", "0"))]


def test_nothing_is_told_of_few() -> None:
    assert merged(cells(2, 1)) == []


@given(numbers)
def test_no_small_group_is_told_or_can_be_derived(counts: list[int]) -> None:
    shown = merged(cells(*counts))
    assert all(cell.number == 0 or cell.number >= FEWEST for cell in shown)
    if shown:
        assert sum(cell.number for cell in shown) == sum(counts)
    for cell in shown:
        if cell.parts:
            # Whoever knows the sum still knows no part of it: there are two at least, and none is nought.
            assert len(cell.parts) >= 2
            assert all(counts[int(part)] for part in cell.parts)


def test_of_those_who_may_be_in_several_neither_few_nor_all_but_few_are_told() -> None:
    assert told(cells(20, 17, 3, 0, 12), 20) == [Cell("0", 20), Cell("3", 0), Cell("4", 12)]


@given(st.dictionaries(st.integers(0, 300), st.integers(1, 9), min_size=1, max_size=40), st.integers(0, 40))
def test_time_has_no_gap_and_loses_nobody(days: dict[int, int], more: int) -> None:
    by_day = [(MONDAY + timedelta(days=day), number) for day, number in days.items()]
    until = max(day for day, _ in by_day) + timedelta(days=more)
    found = spans(by_day, until)
    assert sum(span.number for span in found) == sum(days.values())
    assert (found[0].first, found[-1].last) == (min(day for day, _ in by_day), until)
    assert all(after.first == before.last + timedelta(days=1) for before, after in itertools.pairwise(found))
    assert len(found) <= 92
    together = merged_spans(found)
    assert all(span.number >= FEWEST for span in together)
    assert sum(span.number for span in together) == (sum(days.values()) if sum(days.values()) >= FEWEST else 0)


def test_days_are_put_together_until_they_are_no_few() -> None:
    series = [Span(MONDAY + timedelta(days=day), MONDAY + timedelta(days=day), number) for day, number in
              enumerate((3, 4, 9, 1))]  # fmt: skip
    assert merged_spans(series) == [
        Span(MONDAY, MONDAY + timedelta(days=1), 7),
        Span(MONDAY + timedelta(days=2), MONDAY + timedelta(days=3), 10),
    ]
    assert merged_spans(series[:1]) == []


def test_without_registrations_there_is_nothing_to_draw() -> None:
    assert spans([], MONDAY) == []
