"""Dates, places and the like of an event: what they are, and what cannot be.

How one takes part.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from eventreg.kernel.clock import time_zones
from eventreg.kernel.errors import N_, NN_, Reason, Refused, Titled
from eventreg.kernel.text import LocalizedText

#: a meeting, not a season
MOST_DAYS = 31
#: days after the event: nothing that is held about people is kept without end
LONGEST_KEPT = 3650
#: what PostgreSQL's integer holds is far above
LARGEST_NUMBER = 1_000_000


@dataclass(frozen=True)
class DayEntry:
    """A day as it is wanted. `id` None: a new one."""

    id: int | None
    held_on: date
    starts_at: time
    ends_at: time
    title: LocalizedText


class Hears(Titled):
    """How much a contact person is written to, beside what concerns the event as a whole."""

    #: each at once while they are few; the rest of a day in one digest
    USUAL = "usual", N_("Each registration, up to ten a day; the rest of the day in one summary")
    EACH = "each", N_("Each registration, however many")
    DAILY = "daily", N_("A summary each day")
    WEEKLY = "weekly", N_("A summary each week")
    ACTION = "action", N_("Only what needs action")
    NOTHING = "nothing", N_("Nothing")


#: by `Hears.USUAL` so many go at once in a day of the event
AT_ONCE_A_DAY = 10
#: a withdrawal needs action so long before the event
SHORT_NOTICE = timedelta(hours=48)


def digest_due(hears: Hears, hour: int, weekday: int, zone: str, now: datetime) -> datetime:
    """Return when the digest goes that begins now, in UTC: at the end of the day, at the next such hour, or in the week.

    By the clocks of the place: an hour that they leave out is the next one, of one that comes twice it is the first.
    """
    local, place = now.astimezone(ZoneInfo(zone)), ZoneInfo(zone)
    if hears is Hears.USUAL:
        return datetime.combine(local.date() + timedelta(days=1), time(), place).astimezone(UTC)
    days = (local.date() + timedelta(days=number) for number in range(9))
    on = {Hears.DAILY: range(7), Hears.WEEKLY: (weekday,)}[hears]
    found = (datetime.combine(day, time(hour), place).astimezone(UTC) for day in days if day.weekday() in on)
    return next(at for at in found if at > now)


class SettingsReason(Reason):
    """Why settings were not saved."""

    #: somebody else saved settings meanwhile
    CHANGED_MEANWHILE = "changed_meanwhile", N_("Somebody else saved these settings meanwhile"), "", 409
    NO_DAY = "no_day", N_("Keep at least one day")
    TOO_MANY_DAYS = "too_many_days", N_("An event has at most %(most)s days")
    DAY_TWICE = "day_twice", N_("Another day has this date")
    DAY_ENDS_BEFORE_START = "day_ends_before_start", N_("The day ends before it begins")
    DAY_HAS_PEOPLE = (
        "day_has_people",
        NN_(
            "%(num)d person comes on this day. It cannot be removed while that is so.",
            "%(num)d people come on this day. It cannot be removed while that is so.",
        ),
    )
    DAY_HAS_SESSIONS = (
        "day_has_sessions",
        NN_(
            "This day has %(num)d session. Move or remove it first.",
            "This day has %(num)d sessions. Move or remove them first.",
        ),
    )
    NO_LANGUAGE = "no_language", N_("Keep at least one language"), "languages"
    NO_SUCH_ZONE = "no_such_zone", N_("Choose one of the list"), "time_zone"
    CLOSES_BEFORE_OPENS = (
        "closes_before_opens",
        N_("Registration closes before it opens"),
        "registration_closes_at",
    )
    CONTACT_LANGUAGE = "contact_language", N_("Choose a language of the event"), "contact_language"


class SettingsRefused(Refused):
    """Settings that cannot be saved, each with its reason; the field is a column's name, or "day:<id>" ("day:": a new one)."""

    def __init__(self, *faults: Refused) -> None:
        super().__init__(faults[0].reason, **faults[0].details)
        self.faults = faults


def check_seen(revision: int, seen: int | None) -> None:
    """Refuse to save settings over those of somebody else. Raises Refused (CHANGED_MEANWHILE)."""
    if revision != seen:
        raise Refused(SettingsReason.CHANGED_MEANWHILE)


def check_settings(days: Sequence[DayEntry], columns: Mapping[str, Any]) -> None:
    """Refuse settings that cannot be, whatever stands in the database. Raises SettingsRefused with all faults."""
    faults = tuple(_faults(days, columns))
    if faults:
        raise SettingsRefused(*faults)


def day_fault(day_id: int | None, reason: SettingsReason, **details: Any) -> Refused:
    """Return a fault of one day."""
    return Refused(reason, field=f"day:{day_id or ''}", **details)


def _faults(days: Sequence[DayEntry], columns: Mapping[str, Any]) -> Iterator[Refused]:
    reason = SettingsReason
    if not days:
        yield day_fault(None, reason.NO_DAY)
    if len(days) > MOST_DAYS:
        yield day_fault(None, reason.TOO_MANY_DAYS, most=MOST_DAYS)
    seen: set[date] = set()
    for day in days:
        if day.held_on in seen:
            yield day_fault(day.id, reason.DAY_TWICE)
        seen.add(day.held_on)
        if day.starts_at >= day.ends_at:
            yield day_fault(day.id, reason.DAY_ENDS_BEFORE_START)
    if not columns["languages"]:
        yield Refused(reason.NO_LANGUAGE)
    elif columns["contact_language"] not in columns["languages"]:
        yield Refused(reason.CONTACT_LANGUAGE)
    if columns["time_zone"] not in time_zones():
        yield Refused(reason.NO_SUCH_ZONE)
    if columns["registration_opens_at"] >= columns["registration_closes_at"]:
        yield Refused(reason.CLOSES_BEFORE_OPENS)


class AttendanceMode(Titled):
    """Where an event takes place."""

    ONSITE = "onsite", N_("On site")
    ONLINE = "online", N_("Online")
    BOTH = "both", N_("On site and online")
