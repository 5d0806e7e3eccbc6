"""From when on what is held goes: pure rules, over every kind of case. Case 51."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eventreg.privacy.rules import counts_from, end_of_period, goes_at, is_to_be_told, shortest

DAY = date(2027, 3, 12)
ZONES = ("America/Mexico_City", "UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Madrid", "Asia/Kathmandu")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("days", [0, 1, 16, 30, 90, 365, 366, 730, 3650])
def test_a_period_is_over_when_its_last_day_is_over_where_the_event_is(zone: str, days: int) -> None:
    """The whole last day belongs to it, however long that day is where clocks change."""
    end = end_of_period(DAY, days, zone).astimezone(ZoneInfo(zone))
    assert end.date() == DAY + timedelta(days=days + 1)
    assert (end - timedelta(microseconds=1)).date() == DAY + timedelta(days=days)
    assert (end.hour, end.minute) == (0, 0)


def test_periods_count_from_the_last_day_in_whichever_order_days_stand() -> None:
    changed = datetime(2027, 5, 1, tzinfo=UTC)
    assert counts_from([DAY, DAY - timedelta(days=1)], changed, "UTC") == DAY
    assert counts_from([DAY - timedelta(days=1), DAY], changed, "UTC") == DAY


@pytest.mark.parametrize(
    ("zone", "day"),
    [("America/Mexico_City", date(2027, 4, 30)), ("UTC", date(2027, 5, 1)), ("Pacific/Kiritimati", date(2027, 5, 1))],
)
def test_an_event_without_days_counts_from_its_last_change_where_it_is(zone: str, day: date) -> None:
    assert counts_from([], datetime(2027, 5, 1, 3, tzinfo=UTC), zone) == day


def test_the_shortest_that_was_said_counts() -> None:
    assert shortest(365, None, 30, 90) == 30
    assert shortest(None, 90) == 90
    with pytest.raises(ValueError, match="empty"):
        shortest(None, None)


@pytest.mark.parametrize("grace", [None, timedelta(days=-40), timedelta(days=40)])
@pytest.mark.parametrize("held", [None, -40, 40])
def test_neither_grace_nor_hold_brings_it_forward(grace: timedelta | None, held: int | None) -> None:
    usual = end_of_period(DAY, 30, "America/Mexico_City")
    until = None if held is None else DAY + timedelta(days=30 + held)
    found = goes_at(
        DAY, 30, "America/Mexico_City", not_before=usual + grace if grace is not None else None, held_until=until
    )
    late = [usual]
    late += [usual + grace] if grace is not None else []
    late += [end_of_period(until, 0, "America/Mexico_City")] if until is not None else []
    assert found == max(late)
    assert found >= usual


@pytest.mark.parametrize(
    ("days_before", "told_before", "expected"),
    [
        (15, None, False), (14, None, True), (0, None, True), (-5, None, True),
        # Told in time, or as soon as it was known: once.
        (13, 14, False), (0, 14, False), (-5, -5, False), (0, 15, False),
        # Told long ago of a day that a hold put off.
        (14, 400, True), (15, 400, False), (0, 16, True),
    ],
)  # fmt: skip
def test_owner_is_told_once_and_again_where_the_day_was_put_off(
    days_before: int, told_before: int | None, expected: bool
) -> None:
    first = datetime(2028, 2, 24, 6, tzinfo=UTC)
    told = None if told_before is None else first - timedelta(days=told_before)
    assert is_to_be_told(first, told, first - timedelta(days=days_before)) is expected
