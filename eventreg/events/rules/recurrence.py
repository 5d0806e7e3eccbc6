"""Days as one entry of a calendar that recurs: a rule, what the rule takes too much, and days with hours of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise
from math import gcd
from typing import Protocol

#: more exceptions than this, and the days are listed one by one: most programs read a rule better, but not at any length
MOST_EXCEPTIONS = 366

Hours = tuple[time, time]


class Day(Protocol):
    """A day with its hours on the clocks of the place."""

    @property
    def held_on(self) -> date: ...
    @property
    def starts_at(self) -> time: ...
    @property
    def ends_at(self) -> time: ...


@dataclass(frozen=True)
class Series:
    """Days from `first` on, every `interval` days, `count` times, at `hours`; without `without`, and with `others`.

    A `count` of 0: there is no rule, the days are those that are `listed`.
    """

    first: date
    hours: Hours
    interval: int = 1
    count: int = 1
    without: Sequence[date] = ()
    listed: Sequence[date] = ()
    #: days of the series at other hours than the rest
    others: Sequence[tuple[date, Hours]] = ()


def as_series(days: Sequence[Day]) -> Series:
    """Return days, at least one and no date twice, as one series.

    Its hours are those of most days, of the earlier ones where as many have others.
    """
    ordered = sorted(days, key=lambda day: day.held_on)
    held = [day.held_on for day in ordered]
    hours = Counter((day.starts_at, day.ends_at) for day in ordered).most_common(1)[0][0]
    others = [(day.held_on, (day.starts_at, day.ends_at)) for day in ordered]
    others = [(day, its_own) for day, its_own in others if its_own != hours]
    interval = gcd(*((later - day).days for day, later in pairwise(held))) or 1
    count = (held[-1] - held[0]).days // interval + 1
    if count - len(held) > MOST_EXCEPTIONS:
        return Series(held[0], hours, count=0, listed=held, others=others)
    every = (held[0] + timedelta(days=interval * number) for number in range(count))
    missing = sorted(set(every).difference(held))
    return Series(held[0], hours, interval, count, missing, others=others)
