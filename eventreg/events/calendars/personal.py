"""The days one person attends, as the one entry that stands for them in that person's calendar.

All days have one identifier, as iTIP wants of an object (RFC 5546, 3.2.2). They recur in local time, with the rules of the
zone: a recurrence in UTC would be an hour off after a change of clocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from eventreg.events.calendars.entries import (
    CalendarPerson,
    Method,
    address_of,
    as_text,
    day_bounds,
    host_of,
    new_calendar,
    new_entry,
    uid_in,
)
from eventreg.events.calendars.zones import zone_rules
from eventreg.events.models import Event, EventDay
from eventreg.events.rules.recurrence import Hours, Series, as_series

if TYPE_CHECKING:
    from icalendar import Event as Entry
    from icalendar import vCalAddress


def personal_uid(event: Event, public_id: str) -> str:
    """Return the one identifier of a registration's entry, whatever its days."""
    return uid_in(event, f"registration/{public_id}")


def day_uid(event: Event, day: EventDay, public_id: str) -> str:
    """Return the identifier that one day of a registration had before its days had one together."""
    return uid_in(event, f"{day.id}/{public_id}")


def personal_calendar(
    event: Event,
    days: Sequence[EventDay],
    person: CalendarPerson,
    *,
    public_id: str,
    method: Method,
    language: str,
    url: str,
    sequence: int,
    stamp: datetime,
) -> str:
    """Return `days`, of which there is at least one, as one person's entry; `stamp` is the instant of writing.

    `public_id` is the registration's, `url` the event's public page. `sequence` must grow with whatever changes. A CANCEL
    takes the whole entry back. PUBLISH leaves the person out, as the standard demands.
    """
    zone, series = ZoneInfo(event.time_zone), as_series(days)
    calendar = new_calendar(method)
    entry = _recurring(new_entry(event, language, url), series, zone)
    entries = [entry]
    if method != "CANCEL":
        entries += [_at_other_hours(new_entry(event, language, url), series, other, zone) for other in series.others]
    for each in entries:
        each.add("uid", personal_uid(event, public_id))
        each.add("status", "CANCELLED" if method == "CANCEL" or event.is_called_off else "CONFIRMED")
        _add_common(each, event, person, method, sequence, stamp)
        calendar.add_component(each)
    content = as_text(calendar)
    if "TZID" in entry["dtstart"].params:
        years = [day.held_on.year for day in days]
        head, mark, rest = content.partition("BEGIN:VEVENT")
        content = head + zone_rules(event.time_zone, min(years), max(years)) + mark + rest
    return content


def cancelled_entry(
    event: Event,
    day: EventDay | None,
    person: CalendarPerson,
    *,
    uid: str,
    language: str,
    url: str,
    sequence: int,
    stamp: datetime,
) -> str:
    """Return what takes an entry of one day back that went out under an identifier of its own; None: a day of before."""
    entry = new_entry(event, language, url)
    if day is not None:
        for name, at in zip(("dtstart", "dtend"), day_bounds(day, event.time_zone), strict=True):
            entry.add(name, at)
    entry.add("uid", uid)
    entry.add("status", "CANCELLED")
    _add_common(entry, event, person, "CANCEL", sequence, stamp)
    calendar = new_calendar("CANCEL")
    calendar.add_component(entry)
    return as_text(calendar)


def _recurring(entry: Entry, series: Series, zone: ZoneInfo) -> Entry:
    def at(day: date) -> datetime:
        return _local(day, series.hours[0], zone)

    entry.add("dtstart", at(series.first))
    entry.add("dtend", _local(series.first, series.hours[1], zone))
    if series.count > 1:
        every = {} if series.interval == 1 else {"interval": series.interval}
        entry.add("rrule", {"freq": "daily", **every, "count": series.count})
    for name, days in (("exdate", series.without), ("rdate", series.listed)):
        if days:
            entry.add(name, [at(day) for day in days])
    return entry


def _at_other_hours(entry: Entry, series: Series, other: tuple[date, Hours], zone: ZoneInfo) -> Entry:
    day, (starts_at, ends_at) = other
    entry.add("recurrence-id", _local(day, series.hours[0], zone))
    entry.add("dtstart", _local(day, starts_at, zone))
    entry.add("dtend", _local(day, ends_at, zone))
    return entry


def _add_common(
    entry: Entry, event: Event, person: CalendarPerson, method: Method, sequence: int, stamp: datetime
) -> None:
    entry.add("dtstamp", stamp.astimezone(UTC))
    entry.add("sequence", sequence)
    entry.add("organizer", host_of(event))
    if method != "PUBLISH":
        entry.add("attendee", _guest(person, method))
    # That somebody attends can endanger the person: who shares a calendar shares that the time is taken.
    entry.add("class", "PRIVATE")


def _guest(person: CalendarPerson, method: Method) -> vCalAddress:
    guest = address_of(person)
    guest.params["CUTYPE"] = "INDIVIDUAL"
    guest.params["ROLE"] = "REQ-PARTICIPANT"
    if method == "REQUEST":
        # Registering was the answer: no program should ask for another one, or mail it to the contact person.
        guest.params["PARTSTAT"] = "ACCEPTED"
        guest.params["RSVP"] = "FALSE"
    return guest


def _local(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone)
