"""Calendar files for everybody: an event's days, those of many events, a session.

One entry a day, with times in UTC: nothing in them recurs, so no rule of a time zone has to travel along.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import TYPE_CHECKING

from eventreg.events.calendars.entries import (
    as_text,
    clean,
    day_bounds,
    host_of,
    instant,
    new_calendar,
    new_entry,
    picked,
    place,
    uid_in,
    uid_of,
)
from eventreg.events.models import Event, EventDay, ProgrammeSession
from eventreg.kernel.text import Picked

if TYPE_CHECKING:
    from icalendar import Event as Entry


def event_calendar(event: Event, *, language: str, url: str) -> str:
    """Return the days of `event`, which are loaded, as an object for everybody (RFC 5545, RFC 5546: PUBLISH).

    `url` is its public page. The file does not change by itself: it is dated by when the event was made or last changed its
    state, and numbered by the changes of what it shows. Of an event that is called off every entry says CANCELLED.
    """
    calendar = new_calendar("PUBLISH")
    for day in event.days:
        entry = _day_entry(event, day, language, url)
        entry.add("organizer", host_of(event))
        calendar.add_component(entry)
    return as_text(calendar)


def events_calendar(events: Sequence[Event], *, language: str, address_of_event: Callable[[Event], str]) -> str:
    """Return the days of several public events, with days loaded, as one calendar to subscribe to.

    Entries have the identifiers of each event's own file, so that a calendar that has both shows them once. What is
    cancelled stays, and says so: a calendar that forgot it would leave people in front of a closed door.
    """
    calendar = new_calendar("PUBLISH")
    for event in events:
        for day in event.days:
            calendar.add_component(_day_entry(event, day, language, address_of_event(event)))
    return as_text(calendar)


def session_calendar(event: Event, day: EventDay, session: ProgrammeSession, *, language: str, url: str) -> str:
    """Return one session of `day`, its room loaded, as an object for everybody.

    The identifier stays over every change, and SEQUENCE counts those of the session and of the event together, whose day
    may move: a calendar that took it once follows it. `url` is the session's page.
    """
    from icalendar import Event as Entry

    entry = Entry()
    entry.add("uid", uid_of(f"session/{session.public_id}"))
    # Both begin at 1, as the number of an entry always did.
    entry.add("sequence", session.revision + event.calendar_revision - 1)
    entry.add("dtstamp", event.created_at.astimezone(UTC))
    entry.add("dtstart", instant(day.held_on, session.starts_at, event.time_zone))
    entry.add("dtend", instant(day.held_on, session.ends_at, event.time_zone))
    title, note = picked(event, session.title, language), picked(event, session.note, language)
    room = picked(event, session.room.name, language).text if session.room is not None else ""
    about = (
        picked(event, event.title, language).text,
        note.text,
        picked(event, event.demonstration_note, language).text,
    )
    for name, (text, its_language) in (
        ("summary", title),
        ("location", Picked(", ".join(part for part in (room, place(event, language)) if part), language)),
        ("description", Picked("\n\n".join(text for text in (*about, url) if text), language)),
    ):
        entry.add(name, clean(text), parameters={"LANGUAGE": its_language})
    entry.add("url", url)
    entry.add("status", "CANCELLED" if event.is_called_off else "CONFIRMED")
    calendar = new_calendar("PUBLISH")
    calendar.add_component(entry)
    return as_text(calendar)


def _day_entry(event: Event, day: EventDay, language: str, url: str) -> Entry:
    entry = new_entry(event, language, url)
    starts_at, ends_at = day_bounds(day, event.time_zone)
    entry.add("dtstart", starts_at)
    entry.add("dtend", ends_at)
    entry.add("uid", uid_in(event, f"{day.id}/"))
    entry.add("dtstamp", (event.publication_changed_at or event.created_at).astimezone(UTC))
    entry.add("sequence", event.calendar_revision)
    entry.add("status", "CANCELLED" if event.is_called_off else "CONFIRMED")
    return entry
