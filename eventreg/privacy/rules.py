"""For how long what is held about people is kept, and when its time is over."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventreg.kernel.errors import N_, Titled

#: what an event may choose at most: nothing is kept without end
LONGEST_DAYS = 3650


class Starts(Titled):
    """What a period counts from."""

    ENDED = "ended", N_("after the event")
    MADE = "made", N_("after it was made")


@dataclass(frozen=True)
class Period:
    """So many days, from that day on."""

    days: int
    starts: Starts = Starts.ENDED


def end_of_period(last_day: date, days: int, time_zone: str) -> datetime:
    """Return the first moment, in UTC, at which a period of `days` after `last_day` is over in the event's zone."""
    after = last_day + timedelta(days=days + 1)
    return datetime.combine(after, time(), tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
