"""The calendar follows the event: a change of its time, place or title is told to those whose entry it moves, each once.

It is announced before it is saved (`events.announcing`), and goes when the time to undo is over, as things are then: several
changes within the minute are one update, and what is back as it was is none. A job tells some people a step; what a step writes
and where the next one begins commit together, so that a worker killed at any moment leaves nobody out and tells nobody twice.
"""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email import message_from_bytes
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from flask_babel import gettext as _, lazy_gettext as _l
from sqlalchemy import delete, select

from eventreg.db import db, transaction
from eventreg.events import checks
from eventreg.events.announcing import Announcing, WrittenTo
from eventreg.events.models import Event
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event, lock_event_in_any_state
from eventreg.events.rules import dates, settings as setting, texts as text_rules
from eventreg.events.services import settings, texts
from eventreg.i18n import countries, formats
from eventreg.jobs.models import Job
from eventreg.jobs.services import find_payload, schedule
from eventreg.kernel import clock, text, tokens
from eventreg.kernel.errors import N_, Refused
from eventreg.mail import content as words, services as mail
from eventreg.programme import calendars
from eventreg.registration.emails import News, Occasion, about_registration, messages, participant_message
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import list_day_ids
from eventreg.registration.rules import availability, states
from eventreg.registration.services.statuses import imagined
from eventreg.web.instance import answer_box, keys

UPDATE_JOB = "messages.update_calendars"
PEOPLE_A_STEP = 50
#: in a local part, beside the box: 9 bytes of public id and 50 bits that sign it, in letters of which case does not matter
_LENGTHS = (15, 10)
_ANSWERED = re.compile(rb"(?i)\+c([a-z2-7]{25})@")
_LARGEST_REPLY = 256 * 1024


class EventChanged(about_registration.AboutRegistration):
    """When or where it is, or what it is called, is another."""

    key = "event_changed"
    group = messages.Group.EVENT
    title = _l("Dates, place or title changed")
    trigger = _l(
        "Goes to whoever has a place when what stands in the calendar changes, unless it is saved without an email."
    )
    goes_again = messages.Again.NEVER
    invites = True

    def write(self) -> words.MailContent:
        """See `Message.write`."""
        return self.content(
            _("Please note a change"),
            _("There is a change to “%(title)s”. Your place stays as it is.", title=self.event_title),
            words.Fact(_("This message brings your calendar up to date.")),
            _("What is different:"),
            changes=self.changes,
            steps=(_("If you cannot come, withdraw your registration, so that somebody else can have the place."),),
        )


class Updates:
    """Implements `events.checks.CalendarUpdates`."""

    def follow(self, event: Event, before: Mapping[str, Any], announcing: Announcing) -> None:
        """See `CalendarUpdates.follow`. What was announced before and still waits goes together with it."""
        facts = settings.calendar_facts(event)
        if all(before[part] == facts[part] for part in ("columns", "days")):
            return
        earlier = find_payload(_key(event.id))
        # Some were told what an earlier change made of it: then all are told whose entry shows anything else than now.
        has_begun = earlier is not None and (bool(earlier["after"]) or earlier["tells_all"])
        since = earlier["before"] if earlier is not None and not has_begun else before
        everybody = db.session.scalars(_people(event)).all()
        days = list_day_ids(everybody) if everybody else {}
        people = _concerned(event, None if has_begun else since, everybody, days)
        announcing.check_updates(_written_to(event, since, people, days))
        if not people and not has_begun:
            _forget(event.id)
        if announcing.updates_calendars:
            due_at = clock.now() + availability.UNDO_WINDOW
            work = {
                "event_id": event.id,
                "before": since,
                "facts": facts,
                "tells_all": has_begun,
                "people": len(people),
            }
            _schedule_step(work | {"due_at": due_at.isoformat(), "after": 0}, due_at)

    def waiting(self, event_id: int) -> checks.Waiting | None:
        """See `CalendarUpdates.waiting`."""
        work = find_payload(_key(event_id))
        if work is None or work["after"] or (due_at := datetime.fromisoformat(work["due_at"])) <= clock.now():
            return None
        return checks.Waiting(work["people"], due_at)

    def take_back(self, event_id: int, who: Organizer) -> None:
        """See `CalendarUpdates.take_back`."""
        with holding_event(event_id) as event:
            if self.waiting(event_id) is None:
                raise Refused(N_("It is too late to undo this: the emails have gone."), status_code=409)
            work = find_payload(_key(event_id)) or {}
            if work["facts"] != settings.calendar_facts(event):
                raise Refused(setting.SettingsReason.CHANGED_MEANWHILE)
            settings.put_facts_back(event, work["before"], who)
            changes = []
            for name in settings.CALENDAR_TEXTS:
                now_is: Mapping[str, str] = getattr(event, name)
                was = dict.fromkeys(now_is, "") | work["before"]["columns"][name]
                changes += [
                    text_rules.TextChange(name, code, text_rules.fingerprint(now_is.get(code, "")), said)
                    for code, said in was.items()
                ]
            texts.save_texts(event_id, changes, who)
            if not work["tells_all"]:
                _forget(event_id)


def update_some(work: Mapping[str, Any], now: datetime) -> int:
    """Write to the next people; returns to how many. A job of the worker, in its transaction.

    `work` that a newer change has replaced meanwhile is left undone: the job comes back with the new one.
    """
    event = lock_event_in_any_state(work["event_id"])
    if find_payload(_key(event.id)) != dict(work):
        return 0
    due_at = datetime.fromisoformat(work["due_at"])
    if now < due_at:
        _schedule_step(work, due_at)
        return 0
    people = db.session.scalars(_people(event, work["after"]).limit(PEOPLE_A_STEP)).all()
    if not people or event.is_called_off:
        return 0
    days, occasion, was = list_day_ids(people), Occasion.load(event), occasion_before(event, work["before"])
    reached = _concerned(event, None if work["tells_all"] else work["before"], people, days)
    suffix = f"/{event.calendar_revision}"
    mail.enqueue_all(
        [
            participant_message(occasion, person, news_of(was, occasion, days[person.id]), now, key_suffix=suffix)
            for person in reached
        ]
    )
    _schedule_step({**work, "after": people[-1].id}, now)
    return len(reached)


def answer_address(person: Registration) -> str:
    """Return where a mail program's answer to one person's invitation goes, which nobody else can make."""
    local, _at, domain = answer_box().rpartition("@")
    return f"{local}+c{_id_and_mac(person)}@{domain}"


def _id_and_mac(person: Registration) -> str:
    signed = f"{person.public_id}/{person.link_generation}"
    mac = bytes.fromhex(tokens.lookup_hash(keys(), "calendar-reply", signed))
    parts = (base64.b32encode(each).decode().lower() for each in (base64.urlsafe_b64decode(person.public_id), mac))
    return "".join(part[:length] for part, length in zip(parts, _LENGTHS, strict=True))


def _answered_ids(content: bytes) -> dict[str, str]:
    """Return the public ids that addresses in a message name, with the whole of each. Never raises."""
    found = (each[1].decode().lower() for each in islice(_ANSWERED.finditer(content), 20))
    return {base64.urlsafe_b64encode(base64.b32decode(f"{each[:15].upper()}=")).decode(): each for each in found}


class _Reply(NamedTuple):
    """What a mail program answered to an invitation: to which entry, as whom, and a value of PARTSTAT in small letters."""

    uid: str
    email: str
    answer: str


def _read_reply(content: bytes) -> _Reply | None:
    """Return what a message answers (RFC 6047, METHOD:REPLY). What cannot be understood answers nothing. Never raises."""
    from icalendar import Calendar
    from icalendar.timezone import tzp

    try:
        parts = islice(message_from_bytes(content).walk(), 50)
        bodies = (part.get_payload(decode=True) for part in parts if part.get_content_type() == "text/calendar")
        calendar = Calendar.from_ical(next(body for body in bodies if isinstance(body, bytes)))
        entry = next(each for each in calendar.walk("VEVENT") if "RECURRENCE-ID" not in each)
        guest, answer = entry["ATTENDEE"], str(entry["ATTENDEE"].params["PARTSTAT"]).lower()
        if str(calendar["METHOD"]).upper() != "REPLY" or answer not in calendars.ANSWERS:
            return None
        return _Reply(str(entry["UID"]), unquote(re.sub("(?i)^mailto:", "", str(guest))), answer)
    except Exception:
        return None
    finally:
        # It keeps each zone that somebody invents.
        tzp.use_default()


def take_reply(content: bytes) -> bool:
    """Keep what somebody's mail program answered to an invitation, and when; it decides nothing. False: it is no such answer.

    Believed is what came to an address made for the person, of the person's entry and as the person. Done again, it changes
    nothing.
    """
    content = content[:_LARGEST_REPLY]
    named = _answered_ids(content)
    people = db.session.scalars(select(Registration).where(Registration.public_id.in_(named))).all() if named else ()
    theirs = [each.id for each in people if hmac.compare_digest(named[each.public_id], _id_and_mac(each))]
    # Whoever writes to no such address has nothing read, and nobody waits while it is.
    if not theirs or (reply := _read_reply(content)) is None:
        return False
    with transaction() as session:
        for person in session.scalars(select(Registration).where(Registration.id.in_(theirs)).with_for_update()):
            uid = calendars.personal_uid(session.get_one(Event, person.event_id), person.public_id)
            if (uid, person.email_key) == (reply.uid, text.email_key(reply.email)):
                if person.calendar_answer != reply.answer:
                    person.calendar_answer, person.calendar_answered_at = reply.answer, clock.now()
                return True
    return False


def _people(event: Event, after: int = 0) -> Any:
    """Select those with a place whose entry does not show the event as it is, in the order of ids."""
    return (
        select(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.id > after,
            Registration.status == states.Status.CONFIRMED,
            Registration.calendar_revision != event.calendar_revision,
        )
        .order_by(Registration.id)
    )


def _concerned(
    event: Event, before: Mapping[str, Any] | None, people: Sequence[Registration], days: Mapping[int, frozenset[int]]
) -> list[Registration]:
    """Return those of the people who have an entry that the changes since `before` move; None: any entry moves.

    Nobody is told of what is over.
    """
    facts = settings.calendar_facts(event)
    was = before or facts
    today = clock.now().astimezone(ZoneInfo(event.time_zone)).date().isoformat()
    if all(day[1] < today for each in (facts, was) for day in each["days"]):
        return []
    moves_all = before is None or was["columns"] != facts["columns"]
    return [
        person
        for person in people
        if person.calendar_uids and (moves_all or _shown(was, days[person.id]) != _shown(facts, days[person.id]))
    ]


def _shown(facts: Mapping[str, Any], day_ids: frozenset[int]) -> list[list[str]]:
    """Return when somebody comes who comes on these days."""
    return [day[1:4] for day in facts["days"] if not day_ids or day[0] in day_ids]


def _written_to(
    event: Event, before: Mapping[str, Any], people: Sequence[Registration], days: Mapping[int, frozenset[int]]
) -> list[WrittenTo]:
    """Return who they are, the first of each language with the message. Writes nothing."""
    if not people:
        return []
    occasion, was, now = Occasion.load(event), occasion_before(event, before), clock.now()
    new, told, composed = text_rules.fingerprint(str(settings.calendar_facts(event))), [], set[str]()
    for person in people:
        message = None
        if person.language not in composed:
            composed.add(person.language)
            copy = imagined(person, person.status)
            message = participant_message(occasion, copy, news_of(was, occasion, days[person.id]), now)
        key = f"{person.public_id}/{new}"
        category = event.category_of(person).key
        told.append(WrittenTo(person.full_name, category, person.language, key, message))
    return told


def occasion_before(event: Event, before: Mapping[str, Any]) -> Occasion:
    """Return the event as it was, in no session, as far as the message says it."""
    columns, days = settings.read_facts(before)
    return Occasion(Event(**columns, languages=event.languages), days, ())


def news_of(was: Occasion, occasion: Occasion, day_ids: frozenset[int]) -> News:
    """Return what the message tells somebody who comes on these days: what it was and is, as far as that differs."""

    def changes(language: str) -> tuple[words.Change, ...]:
        told = (
            (label, say(was), say(occasion))
            for label, say in (
                (_("Title"), lambda each: each.title(language)),
                (_("Dates"), lambda each: _when(each, day_ids, language)),
                (_("Time zone"), lambda each: countries.zone_place(each.event.time_zone, language)),
                (_("Place"), lambda each: each.place(language)),
            )
        )
        return tuple(words.Change(*each) for each in told if each[1] != each[2])

    return News(EventChanged, day_ids, changes=changes)


def _when(occasion: Occasion, day_ids: frozenset[int], language: str) -> str:
    """Return the days somebody comes, with the hours of each where they differ."""
    days = occasion.days_attended(day_ids)
    if dates.common_hours(days):
        return occasion.dates(day_ids, language)
    said = (
        f"{formats.days([day.held_on], language)}, {formats.span(day.starts_at, day.ends_at, language)}" for day in days
    )
    return "; ".join(said)


def _schedule_step(work: Mapping[str, Any], due_at: datetime) -> None:
    schedule(UPDATE_JOB, _key(work["event_id"]), work, due_at)


def _forget(event_id: int) -> None:
    db.session.execute(delete(Job).where(Job.key == _key(event_id)))


def _key(event_id: int) -> str:
    return f"{UPDATE_JOB}:{event_id}"
