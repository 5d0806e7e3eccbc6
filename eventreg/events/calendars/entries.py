"""What calendar objects of every kind are made of."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventreg.events.models import Event, EventDay
from eventreg.events.rules.attendance import AttendanceMode
from eventreg.i18n import formats
from eventreg.kernel.text import LocalizedText, Picked, pick

if TYPE_CHECKING:
    from icalendar import Calendar, vCalAddress
    from icalendar import Event as Entry

#: RFC 5546: an object for everybody, one for an invited person, one that takes an invitation back
Method = Literal["PUBLISH", "REQUEST", "CANCEL"]

_PRODUCT = "-//eventreg//registration desk//EN"
#: what all our identifiers are derived from; never changed, or every calendar would keep the old entries beside the new
_UID_SPACE = uuid.UUID("6f0c1f0e-5a9b-5c57-9d51-0f5f8a1f3f0b")


class CalendarPerson(NamedTuple):
    """Somebody a calendar entry names."""

    name: str
    email: str


def new_calendar(method: Method) -> Calendar:
    """Return an object without entries."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODUCT)
    calendar.add("method", method)
    return calendar


def as_text(calendar: Calendar) -> str:
    """Return an object as RFC 5545 writes it: lines end in CRLF and are folded."""
    content: bytes = calendar.to_ical()
    return content.decode("utf-8")


def uid_of(name: str) -> str:
    """Return the identifier of what has this name: the same over language, address of the instance and every change."""
    return str(uuid.uuid5(_UID_SPACE, name))


def uid_in(event: Event, name: str) -> str:
    """Return the identifier of something of an event. Of when it was made, since two instances have the same ids."""
    return uid_of(f"{event.created_at.astimezone(UTC).isoformat()}/{event.id}/{name}")


def new_entry(event: Event, language: str, url: str) -> Entry:
    """Return an entry with what is said of the event, without a time.

    `url` is the event's public page, never a personal link: whoever sees the calendar sees it, and lines are folded, so
    that a marker would not survive.
    """
    from icalendar import Event as Entry

    entry = Entry()
    for name, (text, its_language) in (
        ("summary", picked(event, event.title, language)),
        ("location", Picked(place(event, language), language)),
        ("description", _description(event, language, url)),
    ):
        entry.add(name, clean(text), parameters={"LANGUAGE": its_language})
    entry.add("url", url)
    return entry


def place(event: Event, language: str) -> str:
    """Return where an event is, in words."""
    if event.attendance is AttendanceMode.ONLINE:
        return _("Online")
    venue = picked(event, event.venue, language).text
    parts = [venue, "" if event.city in venue else event.city, formats.country(event.country, language)]
    return ", ".join(part for part in parts if part)


def _description(event: Event, language: str, url: str) -> Picked:
    summary = picked(event, event.summary, language)
    note = picked(event, event.demonstration_note, language)
    return Picked("\n\n".join(text for text in (summary.text, note.text, url) if text), summary.language)


def host_of(event: Event) -> vCalAddress:
    """Return the organizer of every entry: the event's contact person."""
    return address_of(CalendarPerson(event.contact_name, event.contact_email))


def address_of(person: CalendarPerson) -> vCalAddress:
    """Return somebody as entries name people."""
    from icalendar import vCalAddress

    address = vCalAddress("mailto:" + quote(person.email, safe="@+!$*'"))
    address.params["CN"] = " ".join(clean(person.name).split())
    return address


def picked(event: Event, text: LocalizedText, language: str) -> Picked:
    """Return content of an event in a language, falling back in the event's order."""
    return pick(text, language, event.languages)


def clean(text: str) -> str:
    """Leave out control characters but the line's end: the format has no way to write them."""
    return "".join(char for char in text if char == "\n" or (char >= " " and char != "\x7f"))


def day_bounds(day: EventDay, zone: str) -> tuple[datetime, datetime]:
    """Return when a day of an event in `zone` begins and ends, as instants in UTC."""
    return instant(day.held_on, day.starts_at, zone), instant(day.held_on, day.ends_at, zone)


def instant(day: date, at: time, zone: str) -> datetime:
    """Return a time on the clocks of a zone as an instant in UTC."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
