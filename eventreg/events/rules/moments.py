"""Wall-clock times of an event's zone as instants, to the second, across changes of clocks."""

from __future__ import annotations

import enum
import re
from datetime import UTC, datetime, time
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
