"""For how long what is held about people is kept, and when its time is over."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventreg.kernel.errors import N_, Titled


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


#: the owner is told so long before the first of an event's data goes
TOLD_BEFORE = timedelta(days=14)


def counts_from(days: Collection[date], changed_at: datetime, time_zone: str) -> date:
    """Return the day that periods count from: the event's last, or that of its last change where it has no days."""
    return max(days) if days else changed_at.astimezone(ZoneInfo(time_zone)).date()


def shortest(*said: int | None) -> int:
    """Return the shortest of the periods that were said, in days; None: nothing was. Raises ValueError where none was."""
    return min(days for days in said if days is not None)


def goes_at(
    counted: date, days: int, time_zone: str, *, not_before: datetime | None, held_until: date | None
) -> datetime:
    """Return from when on what is kept for `days` goes: its period is over, and neither a grace nor a hold is in the way."""
    moments = [end_of_period(counted, days, time_zone)]
    if held_until is not None:
        moments.append(end_of_period(held_until, 0, time_zone))
    return max([*moments, not_before] if not_before is not None else moments)


def is_to_be_told(first: datetime, told: datetime | None, now: datetime) -> bool:
    """Say whether the owner is to be told now that the first of an event's data goes then; `told`: when that was done last."""
    is_near = now >= first - TOLD_BEFORE
    return is_near and (told is None or first - told > TOLD_BEFORE + timedelta(days=1))
