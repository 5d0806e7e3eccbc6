"""Dates, places and the like of an event: what they are, and what cannot be."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from eventreg.events.rules.attendance import AttendanceMode
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import LocalizedText
from eventreg.kernel.zones import time_zones

#: a meeting, not a season
MOST_DAYS = 31
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


@dataclass(frozen=True)
class SettingsEntry:
    """All settings as they are wanted. Instants are aware; days may stand in any order."""

    days: Sequence[DayEntry]
    languages: Sequence[str]
    time_zone: str
    registration_opens_at: datetime
    registration_closes_at: datetime
    changes_until: datetime
    promotes_until: datetime
    answers_by: date | None
    capacity: int | None
    few_places: int
    verifies_addresses: bool
    attendance: AttendanceMode
    city: str
    country: str
    joining_url: str
    region: Sequence[str]
    contact_name: str
    contact_email: str
    contact_phone: str
    contact_language: str
    demands_second_factor: bool

    def columns(self) -> Mapping[str, Any]:
        """Return the settings that are columns of the event, by name."""
        return {name: value for name, value in vars(self).items() if name != "days"} | {
            "languages": list(self.languages),
            "region": list(self.region),
        }


class SettingsReason(enum.Enum):
    """Why settings were not saved."""

    #: somebody else saved settings meanwhile
    CHANGED_MEANWHILE = "changed_meanwhile"
    NO_DAY = "no_day"
    #: details: `most`
    TOO_MANY_DAYS = "too_many_days"
    DAY_TWICE = "day_twice"
    DAY_ENDS_BEFORE_START = "day_ends_before_start"
    #: details: `count`
    DAY_HAS_PEOPLE = "day_has_people"
    #: details: `count`
    DAY_HAS_SESSIONS = "day_has_sessions"
    NO_LANGUAGE = "no_language"
    NO_SUCH_ZONE = "no_such_zone"
    CLOSES_BEFORE_OPENS = "closes_before_opens"
    CONTACT_LANGUAGE = "contact_language"


@dataclass(frozen=True)
class SettingsFault:
    """What is wrong with one setting: the name of its column, or "day:<id>" ("day:" for a new one)."""

    field: str
    reason: SettingsReason
    details: Mapping[str, Any]


class SettingsRefused(Refused):
    """Settings that cannot be saved, each with its reason. Nothing was written."""

    def __init__(self, *faults: SettingsFault) -> None:
        super().__init__(faults[0].reason, **faults[0].details)
        self.faults = faults


def check_settings(entry: SettingsEntry) -> None:
    """Refuse settings that cannot be, whatever stands in the database. Raises SettingsRefused with all faults."""
    faults = tuple(_faults(entry))
    if faults:
        raise SettingsRefused(*faults)


def day_fault(day_id: int | None, reason: SettingsReason, **details: Any) -> SettingsFault:
    """Return a fault of one day."""
    return SettingsFault(f"day:{day_id or ''}", reason, details)


def _faults(entry: SettingsEntry) -> Iterator[SettingsFault]:
    reason = SettingsReason
    if not entry.days:
        yield day_fault(None, reason.NO_DAY)
    if len(entry.days) > MOST_DAYS:
        yield day_fault(None, reason.TOO_MANY_DAYS, most=MOST_DAYS)
    seen: set[date] = set()
    for day in entry.days:
        if day.held_on in seen:
            yield day_fault(day.id, reason.DAY_TWICE)
        seen.add(day.held_on)
        if day.starts_at >= day.ends_at:
            yield day_fault(day.id, reason.DAY_ENDS_BEFORE_START)
    if not entry.languages:
        yield SettingsFault("languages", reason.NO_LANGUAGE, {})
    elif entry.contact_language not in entry.languages:
        yield SettingsFault("contact_language", reason.CONTACT_LANGUAGE, {})
    if entry.time_zone not in time_zones():
        yield SettingsFault("time_zone", reason.NO_SUCH_ZONE, {})
    if entry.registration_opens_at >= entry.registration_closes_at:
        yield SettingsFault("registration_closes_at", reason.CLOSES_BEFORE_OPENS, {})
