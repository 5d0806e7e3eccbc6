"""Calendars: an event's days, those of many events and a session for everybody; the days one person attends for that person.

For everybody there is one entry a day, with times in UTC: nothing in them recurs, so no rule of a time zone travels along. One
person's days stand as one entry under one identifier, as iTIP wants of an object (RFC 5546, 3.2.2). They recur in local time,
with the zone's rules (VTIMEZONE): a recurrence in UTC would be an hour off after a change of clocks.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventreg.events.models import Event, EventDay, ProgrammeSession
from eventreg.events.rules.dates import Hours, Series, as_series
from eventreg.events.rules.settings import AttendanceMode
from eventreg.i18n import formats
from eventreg.kernel.errors import N_
from eventreg.kernel.text import LocalizedText, Picked, pick

if TYPE_CHECKING:
    from icalendar import Calendar, Event as Entry, vCalAddress


#: RFC 5546: an object for everybody, one for an invited person, one that takes an invitation back
Method = Literal["PUBLISH", "REQUEST", "CANCEL"]

_PRODUCT = "-//eventreg//registration desk//EN"
#: what all our identifiers are derived from; never changed, or every calendar would keep the old entries beside the new
_UID_SPACE = uuid.UUID("6f0c1f0e-5a9b-5c57-9d51-0f5f8a1f3f0b")
_CONTROLS = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f]")
#: of an entry. No text can hold it: where one is folded, a blank begins the line
_BEGIN = "\r\nBEGIN:VEVENT\r\n"
_FOLD = "\r\n "
_ORGANIZER = re.compile(r"(?m)^ORGANIZER(?:[^\r]|\r\n )*\r\n")
#: what a mail program can answer, with how that is said
ANSWERS = {
    "accepted": N_("Answered in the calendar: accepted"),
    "declined": N_("Answered in the calendar: declined"),
    "tentative": N_("Answered in the calendar: perhaps"),
}


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

    told = (
        ("summary", picked(event, event.title, language)),
        ("location", Picked(place(event, language), language)),
        ("description", _description(event, language, url)),
    )
    return _telling(Entry(), event, told, language, url)


def _telling(entry: Entry, event: Event, told: Sequence[tuple[str, Picked]], language: str, url: str) -> Entry:
    """Put words into an entry; of a quiet event none that tell which it is, since whoever sees a calendar reads them."""
    if event.is_quiet:
        told, url = (("summary", Picked(_("Meeting"), language)),), ""
    for name, (text, its_language) in told:
        entry.add(name, clean(text), parameters={"LANGUAGE": its_language})
    if url:
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
    return _CONTROLS.sub("", text)


def day_bounds(day: EventDay, zone: str) -> tuple[datetime, datetime]:
    """Return when a day of an event in `zone` begins and ends, as instants in UTC."""
    return instant(day.held_on, day.starts_at, zone), instant(day.held_on, day.ends_at, zone)


def instant(day: date, at: time, zone: str) -> datetime:
    """Return a time on the clocks of a zone as an instant in UTC."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


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
    frame = personal_frame(event, days, method=method, language=language, url=url)
    return framed(frame, personal_uid(event, public_id), person, method=method, sequence=sequence, stamp=stamp)


def personal_frame(event: Event, days: Sequence[EventDay], *, method: Method, language: str, url: str) -> str:
    """Return what the entries of all who come on `days` have in common, for `framed`."""
    zone, series = ZoneInfo(event.time_zone), as_series(days)
    calendar = new_calendar(method)
    entry = _recurring(new_entry(event, language, url), series, zone)
    entries = [entry]
    if method != "CANCEL":
        entries += [_at_other_hours(new_entry(event, language, url), series, other, zone) for other in series.others]
    for each in entries:
        each.add("status", "CANCELLED" if method == "CANCEL" or event.is_called_off else "CONFIRMED")
        _add_common(each, event)
        calendar.add_component(each)
    content = as_text(calendar)
    if "TZID" in entry["dtstart"].params:
        years = [day.held_on.year for day in days]
        head, mark, rest = content.partition("BEGIN:VEVENT")
        content = head + zone_rules(event.time_zone, min(years), max(years)) + mark + rest
    return content


def framed(
    frame: str, uid: str, person: CalendarPerson, *,
    method: Method, sequence: int, stamp: datetime, answers_to: str = "",
) -> str:  # fmt: skip
    """Return a frame with what is one person's in each of its entries; `answers_to`: where mail programs answer, if they do."""
    own = f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\nUID:{uid}\r\nSEQUENCE:{sequence}\r\n"
    if method != "PUBLISH":
        own += _guest(person, method, asks=bool(answers_to))
    if answers_to:
        frame = _ORGANIZER.sub(lambda found: _readdressed(found[0], answers_to), frame)
    return frame.replace(_BEGIN, _BEGIN + own)


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
    entry.add("status", "CANCELLED")
    _add_common(entry, event)
    calendar = new_calendar("CANCEL")
    calendar.add_component(entry)
    return framed(as_text(calendar), uid, person, method="CANCEL", sequence=sequence, stamp=stamp)


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


def _add_common(entry: Entry, event: Event) -> None:
    entry.add("organizer", host_of(event))
    # That somebody attends can endanger the person: who shares a calendar shares that the time is taken.
    entry.add("class", "PRIVATE")


def _readdressed(line: str, address: str) -> str:
    from icalendar.parser import Contentline

    content: Any = Contentline
    whole: bytes = content(f"{line.replace(_FOLD, '').rpartition('mailto:')[0]}mailto:{address}").to_ical()
    return whole.decode("utf-8") + "\r\n"


def _guest(person: CalendarPerson, method: Method, *, asks: bool) -> str:
    from icalendar.parser import Contentline

    guest = address_of(person)
    guest.params["CUTYPE"] = "INDIVIDUAL"
    guest.params["ROLE"] = "REQ-PARTICIPANT"
    if method == "REQUEST":
        # Registering was the answer: no program should ask for another one, or mail it to the contact person, unless it is read.
        guest.params["PARTSTAT"], guest.params["RSVP"] = ("NEEDS-ACTION", "TRUE") if asks else ("ACCEPTED", "FALSE")
    line: bytes = Contentline.from_parts("ATTENDEE", guest.params, guest).to_ical()
    return line.decode("utf-8") + "\r\n"


def _local(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone)


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
    told = (
        ("summary", title),
        ("location", Picked(", ".join(part for part in (room, place(event, language)) if part), language)),
        ("description", Picked("\n\n".join(text for text in (*about, url) if text), language)),
    )
    _telling(entry, event, told, language, url)
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


@lru_cache(maxsize=64)
def zone_rules(name: str, first_year: int, last_year: int) -> str:
    """Return the changes of a zone's clocks in these years, as a calendar carries them. It takes 16 ms, and is kept.

    Each change is a rule of its own: ical.js leaves out the first of those that are listed together.
    """
    from icalendar import Timezone

    zone = Timezone.from_tzid(name, first_date=date(first_year, 1, 1), last_date=date(last_year + 1, 1, 1))
    grouped, zone.subcomponents = zone.subcomponents, []
    for rule in grouped:
        onsets = [rule.pop("dtstart").dt, *(each for each, _end in rule.rdates)]
        rule.pop("rdate", None)
        # RFC 5545, 3.6.5: an onset is told by the clocks of before; where they go forward, the library tells it by those
        # of after.
        skipped = max(rule.TZOFFSETTO - rule.TZOFFSETFROM, timedelta())
        for onset in onsets:
            one = rule.copy()
            one.add("dtstart", onset - skipped)
            zone.add_component(one)
    content: bytes = zone.to_ical()
    return content.decode("utf-8")
