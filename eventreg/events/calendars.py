"""An event's days as an iCalendar object: for the public file and for the messages of registrations.

One entry a day, with times in UTC: then no rule of a time zone has to travel along, and no program can misread one.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventreg.events.models import Event, EventDay, ProgrammeSession
from eventreg.events.rules.attendance import AttendanceMode
from eventreg.i18n import formats
from eventreg.kernel.text import LocalizedText, Picked, pick

if TYPE_CHECKING:
    from icalendar import Event as Entry
    from icalendar import vCalAddress

#: RFC 5546: an object for everybody, one for an invited person, one that takes an invitation back
Method = Literal["PUBLISH", "REQUEST", "CANCEL"]
EntryStatus = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]

_PRODUCT = "-//eventreg//registration desk//EN"
#: what all our identifiers are derived from; never changed, or every calendar would keep the old entries beside the new
_UID_SPACE = uuid.UUID("6f0c1f0e-5a9b-5c57-9d51-0f5f8a1f3f0b")


class CalendarPerson(NamedTuple):
    """Somebody a calendar entry names."""

    name: str
    email: str


def event_calendar(
    event: Event,
    days: Sequence[EventDay],
    *,
    language: str,
    url: str,
    method: Method = "PUBLISH",
    uid_suffix: str = "",
    sequence: int = 0,
    stamp: datetime | None = None,
    attendee: CalendarPerson | None = None,
    organizer: CalendarPerson | None = None,
    status: EntryStatus = "CONFIRMED",
) -> str:
    """Return `days` of `event` as an iCalendar object (RFC 5545) for one method of iTIP (RFC 5546); lines end in CRLF.

    `url` is the event's public page, never a personal link: whoever sees the calendar sees it, and lines are folded, so
    that a marker would not survive. `uid_suffix` tells the entries of one registration from the public ones (its
    reference, say); with it they stay the same over language, address of the instance and every change. `sequence` must
    grow with every object sent for one registration, and `stamp` (default: when the event was made or last changed its
    state, so that the public file does not change by itself) is then the instant of writing. `organizer` is the event's
    contact person unless given. Of an event that is called off every entry says CANCELLED. REQUEST and CANCEL need the
    attendee (ValueError); PUBLISH leaves the attendee out, as the standard demands.
    """
    if method != "PUBLISH" and attendee is None:
        raise ValueError(f"{method} needs an attendee")
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODUCT)
    calendar.add("method", method)
    host = _address(organizer or CalendarPerson(event.contact_name, event.contact_email))
    for day in days:
        entry = _entry(event, day, language, url)
        entry.add("uid", _uid(event, day, uid_suffix))
        entry.add("dtstamp", (stamp or event.publication_changed_at or event.created_at).astimezone(UTC))
        entry.add("sequence", sequence)
        entry.add("status", "CANCELLED" if method == "CANCEL" or event.is_called_off else status)
        entry.add("organizer", host)
        if attendee is not None and method != "PUBLISH":
            entry.add("attendee", _guest(attendee, method))
        if uid_suffix:
            # That somebody attends can endanger the person: who shares a calendar shares that the time is taken.
            entry.add("class", "PRIVATE")
        calendar.add_component(entry)
    content: bytes = calendar.to_ical()
    return content.decode("utf-8")


def events_calendar(events: Sequence[Event], *, language: str, address_of_event: Callable[[Event], str]) -> str:
    """Return the days of several public events, with days loaded, as one calendar to subscribe to; lines end in CRLF.

    Entries have the identifiers of each event's own file, so that a calendar that has both shows them once. What is
    cancelled stays, and says so: a calendar that forgot it would leave people in front of a closed door.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODUCT)
    calendar.add("method", "PUBLISH")
    for event in events:
        for day in event.days:
            entry = _entry(event, day, language, address_of_event(event))
            entry.add("uid", _uid(event, day, ""))
            entry.add("dtstamp", (event.publication_changed_at or event.created_at).astimezone(UTC))
            entry.add("status", "CANCELLED" if event.is_called_off else "CONFIRMED")
            calendar.add_component(entry)
    content: bytes = calendar.to_ical()
    return content.decode("utf-8")


def session_calendar(event: Event, day: EventDay, session: ProgrammeSession, *, language: str, url: str) -> str:
    """Return one session of `day`, its room loaded, as an iCalendar object for everybody; lines end in CRLF.

    The identifier stays over every change and SEQUENCE is the session's revision, so that a calendar that took it once
    follows it. `url` is the session's page.
    """
    from icalendar import Calendar
    from icalendar import Event as Entry

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODUCT)
    calendar.add("method", "PUBLISH")
    entry = Entry()
    entry.add("uid", str(uuid.uuid5(_UID_SPACE, f"session/{session.public_id}")))
    entry.add("sequence", session.revision)
    entry.add("dtstamp", event.created_at.astimezone(UTC))
    entry.add("dtstart", _instant(day.held_on, session.starts_at, event.time_zone))
    entry.add("dtend", _instant(day.held_on, session.ends_at, event.time_zone))
    title, note = _picked(event, session.title, language), _picked(event, session.note, language)
    room = _picked(event, session.room.name, language).text if session.room is not None else ""
    about = (
        _picked(event, event.title, language).text,
        note.text,
        _picked(event, event.demonstration_note, language).text,
    )
    for name, (text, its_language) in (
        ("summary", title),
        ("location", Picked(", ".join(part for part in (room, _place(event, language)) if part), language)),
        ("description", Picked("\n\n".join(text for text in (*about, url) if text), language)),
    ):
        entry.add(name, _clean(text), parameters={"LANGUAGE": its_language})
    entry.add("url", url)
    entry.add("status", "CANCELLED" if event.is_called_off else "CONFIRMED")
    calendar.add_component(entry)
    content: bytes = calendar.to_ical()
    return content.decode("utf-8")


def day_bounds(day: EventDay, zone: str) -> tuple[datetime, datetime]:
    """Return when a day of an event in `zone` begins and ends, as instants in UTC."""
    return _instant(day.held_on, day.starts_at, zone), _instant(day.held_on, day.ends_at, zone)


def _entry(event: Event, day: EventDay, language: str, url: str) -> Entry:
    from icalendar import Event as Entry

    entry = Entry()
    starts_at, ends_at = day_bounds(day, event.time_zone)
    entry.add("dtstart", starts_at)
    entry.add("dtend", ends_at)
    for name, (text, its_language) in (
        ("summary", _picked(event, event.title, language)),
        ("location", Picked(_place(event, language), language)),
        ("description", _description(event, language, url)),
    ):
        entry.add(name, _clean(text), parameters={"LANGUAGE": its_language})
    entry.add("url", url)
    return entry


def _uid(event: Event, day: EventDay, suffix: str) -> str:
    made = event.created_at.astimezone(UTC).isoformat()
    return str(uuid.uuid5(_UID_SPACE, f"{made}/{event.id}/{day.id}/{suffix}"))


def _place(event: Event, language: str) -> str:
    if event.attendance is AttendanceMode.ONLINE:
        return _("Online")
    venue = _picked(event, event.venue, language).text
    parts = [venue, "" if event.city in venue else event.city, formats.country(event.country, language)]
    return ", ".join(part for part in parts if part)


def _description(event: Event, language: str, url: str) -> Picked:
    summary = _picked(event, event.summary, language)
    note = _picked(event, event.demonstration_note, language)
    return Picked("\n\n".join(text for text in (summary.text, note.text, url) if text), summary.language)


def _guest(attendee: CalendarPerson, method: Method) -> vCalAddress:
    guest = _address(attendee)
    guest.params["CUTYPE"] = "INDIVIDUAL"
    guest.params["ROLE"] = "REQ-PARTICIPANT"
    if method == "REQUEST":
        # Registering was the answer: no program should ask for another one, or mail it to the contact person.
        guest.params["PARTSTAT"] = "ACCEPTED"
        guest.params["RSVP"] = "FALSE"
    return guest


def _address(person: CalendarPerson) -> vCalAddress:
    from icalendar import vCalAddress

    address = vCalAddress("mailto:" + quote(person.email, safe="@+!$*'"))
    address.params["CN"] = " ".join(_clean(person.name).split())
    return address


def _picked(event: Event, text: LocalizedText, language: str) -> Picked:
    return pick(text, language, event.languages)


def _clean(text: str) -> str:
    """Leave out control characters but the line's end: the format has no way to write them."""
    return "".join(char for char in text if char == "\n" or (char >= " " and char != "\x7f"))


def _instant(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
