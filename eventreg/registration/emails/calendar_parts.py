"""The calendar that messages carry: one entry a person, which follows the registration and the event.

What stands in the person's calendar is kept with the registration, so that any message brings an entry up to date that no
longer shows what is, and what was put there under other identifiers is taken back once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eventreg.events.calendars import (
    CalendarPerson,
    Method,
    cancelled_entry,
    day_uid,
    personal_calendar,
    personal_uid,
)
from eventreg.events.models import Event
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from eventreg.web.addresses import address_of


@dataclass(frozen=True)
class OldEntry:
    """What takes back an entry of one day, under an identifier of its own."""

    day_ids: frozenset[int]
    content: str


@dataclass(frozen=True)
class CalendarPart:
    """The calendar of a message, and what takes back entries of before: a message each, as one brings one object."""

    method: str = ""
    content: str = ""
    old: Sequence[OldEntry] = ()
    #: the message is about something else, and has to say that it brings the calendar up to date
    is_by_the_way: bool = False


def sequence_of(event: Event, registration: Registration) -> int:
    """Return the SEQUENCE of now: it counts the changes of the registration and of the event together."""
    return registration.revision + event.calendar_revision


def note_invited(event: Event, registration: Registration) -> None:
    """Keep that the person's calendar has the one entry, as the event is now. Told before the row is written, it costs
    no statement."""
    registration.calendar_uids = [personal_uid(event, registration.public_id)]
    registration.calendar_revision = event.calendar_revision


def part_of(message: AboutRegistration, *, is_elsewhere: bool) -> CalendarPart:
    """Return the calendar of a message, and keep with the registration what the calendar has once it has gone.

    `is_elsewhere`: it goes to another address than the person's.
    """
    registration, news, event = message.registration, message.news, message.occasion.event
    days = message.occasion.days_attended(news.day_ids)
    is_by_the_way = not (news.takes_back or news.renews_calendar or message.invites)
    is_due = news.takes_back or registration.status is Status.CONFIRMED
    if not is_due or not days or (is_by_the_way and (is_elsewhere or not _is_outdated(event, registration))):
        return CalendarPart()
    method: Method = "CANCEL" if news.takes_back else "REQUEST"
    own = personal_uid(event, registration.public_id)
    held = registration.calendar_uids or []
    old = [_old_entry(message, uid) for uid in held if uid != own]
    if news.takes_back:
        registration.calendar_uids = []
        if old and own not in held:
            return CalendarPart(method, old[0].content, old[1:])
    else:
        note_invited(event, registration)
    content = personal_calendar(
        event, days, _person(registration), public_id=registration.public_id, method=method, **_stamped(message)
    )
    return CalendarPart(method, content, old, is_by_the_way)


def _is_outdated(event: Event, registration: Registration) -> bool:
    """Say whether a calendar has an entry that shows the event as it was, or under identifiers of before."""
    held = registration.calendar_uids
    if not held or event.is_called_off:
        return False
    is_of_before = held != [personal_uid(event, registration.public_id)]
    return is_of_before or registration.calendar_revision != event.calendar_revision


def _old_entry(message: AboutRegistration, uid: str) -> OldEntry:
    event, registration = message.occasion.event, message.registration
    day = next((day for day in message.occasion.days if day_uid(event, day, registration.public_id) == uid), None)
    content = cancelled_entry(event, day, _person(registration), uid=uid, **_stamped(message))
    return OldEntry(frozenset({day.id} if day is not None else ()), content)


def _person(registration: Registration) -> CalendarPerson:
    return CalendarPerson(registration.full_name, registration.email)


def _stamped(message: AboutRegistration) -> dict[str, Any]:
    event = message.occasion.event
    return {
        "language": message.language,
        "url": address_of("site.show_event", slug=event.slug),
        "sequence": sequence_of(event, message.registration),
        "stamp": message.now,
    }
