"""When an event is: wall-clock times of its zone as instants, to the second, across changes of clocks; when registrations are
taken; its days with their hours.

Days as one entry of a calendar that recurs: a rule, what the rule takes too much, and days with hours of their own.
"""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import gcd
from typing import Protocol
from zoneinfo import ZoneInfo

_MOMENT = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?\s*", re.ASCII)


#: beyond them zones cannot be converted, and nobody holds a seminar
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


class ClockFault(enum.Enum):
    """Why a wall-clock time is no single instant."""

    #: the clocks went forward over it: it does not exist
    SKIPPED = "skipped"
    #: the clocks went back over it: it exists twice
    TWICE = "twice"


def read_moment(text: str) -> datetime | None:
    """Return a wall-clock time as `<input type="datetime-local">` sends it, naive, to the second; None for anything else."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    try:
        local = datetime.fromisoformat("{}-{}-{}T{:0>2}:{}:{}".format(*(part or "00" for part in found.groups())))
    except ValueError:
        return None
    return local if _FIRST_YEAR <= local.year <= _LAST_YEAR else None


def written_moment(at: datetime, zone: str) -> str:
    """Return an instant as the input takes it, in the zone: "2027-02-25T18:00", with seconds where there are any."""
    local = at.astimezone(ZoneInfo(zone))
    return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")


def instant_of(local: datetime, zone: str) -> datetime | ClockFault:
    """Return the instant (in UTC) of a naive wall-clock time in a zone, or why there is not exactly one."""
    aware = local.replace(tzinfo=ZoneInfo(zone))
    first, second = aware.replace(fold=0).astimezone(UTC), aware.replace(fold=1).astimezone(UTC)
    if first == second:
        return first
    # Of a time that is skipped neither reading comes back as it was written (PEP 495).
    comes_back = first.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
    return ClockFault.TWICE if comes_back else ClockFault.SKIPPED


#: the hour, perhaps minutes, perhaps "h" or the half of the day
_CLOCK = re.compile(
    r"""(?P<hour>[01]?\d|2[0-3]) (?:(?:\s?[:.h]\s?)?(?P<minute>[0-5]\d)(?::00)?)?
        \s?(?:h|hrs?|(?P<half>[ap])\.?\s?m\.?)?""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)


def read_clock(text: str) -> time | None:
    """Return a time of day as people type it ("9:00", "900", "09.00", "9h00", "9", "2:30 pm", "11 a. m."), or None.

    Without "am" and "pm" it is one of 24 hours.
    """
    found = _CLOCK.fullmatch(" ".join(text.split()))
    if found is None:
        return None
    hour = _hour_of_day(int(found["hour"]), (found["half"] or "").lower())
    return None if hour is None else time(hour, int(found["minute"] or 0))


def _hour_of_day(hour: int, half: str) -> int | None:
    """Return an hour that was told with "a", "p" or neither; None where the two do not go together ("13 am")."""
    if half == "p" and hour < 12:
        return hour + 12 if hour else None
    if half == "a" and hour >= 12:
        return 0 if hour == 12 else None
    return hour


@dataclass(frozen=True)
class Window:
    """When registrations are taken: from one instant to another, which is late already. None of them where both meet."""

    opens_at: datetime
    closes_at: datetime

    @property
    def is_empty(self) -> bool:
        """Whether it never opens."""
        return self.opens_at >= self.closes_at

    def cut_to(self, opens_at: datetime | None, closes_at: datetime | None) -> Window:
        """Return what of this window, an event's, a category keeps by its own dates: never more than the event gives."""
        return Window(max(self.opens_at, opens_at or self.opens_at), min(self.closes_at, closes_at or self.closes_at))


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


def common_hours(days: Iterable[Day]) -> tuple[time, time] | None:
    """Return the hours that all days have in common, or None where they differ: the programme says it then."""
    hours = {(day.starts_at, day.ends_at) for day in days}
    return hours.pop() if len(hours) == 1 else None


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
