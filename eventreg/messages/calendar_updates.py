"""The calendar follows the event: a change of its time, place or title is told to those whose entry it moves, each once.

It is announced before it is saved (`events.announcing`), and goes when the time to undo is over, as things are then: several
changes within the minute are one update, and what is back as it was is none. A job tells some people a step; what a step writes
and where the next one begins commit together, so that a worker killed at any moment leaves nobody out and tells nobody twice.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _, lazy_gettext as _l
from sqlalchemy import delete, select

from eventreg.db import db, transaction
from eventreg.events import checks
from eventreg.events.announcing import Announcing, WrittenTo
from eventreg.events.models import Event, EventDay
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import lock_event, lock_event_in_any_state
from eventreg.events.rules.dates import common_hours
from eventreg.events.rules.settings import AttendanceMode, SettingsReason
from eventreg.events.rules.texts import TextChange, fingerprint
from eventreg.events.services import settings, texts
from eventreg.i18n import formats
from eventreg.i18n.countries import zone_place
from eventreg.jobs.models import Job
from eventreg.jobs.services import find_payload, schedule
from eventreg.kernel import clock
from eventreg.kernel.errors import N_, Refused
from eventreg.mail.content import Change, Fact, MailContent
from eventreg.mail.services import enqueue_all
from eventreg.registration.emails import News, Occasion, participant_message
from eventreg.registration.emails.about_registration import AboutRegistration
from eventreg.registration.emails.messages import Again, Group
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import list_day_ids
from eventreg.registration.rules.availability import UNDO_WINDOW
from eventreg.registration.rules.states import Status
from eventreg.registration.services.statuses import imagined

UPDATE_JOB = "messages.update_calendars"
PEOPLE_A_STEP = 50


class EventChanged(AboutRegistration):
    """When or where it is, or what it is called, is another."""

    key = "event_changed"
    group = Group.EVENT
    title = _l("Dates, place or title changed")
    trigger = _l(
        "Goes to whoever has a place when what stands in the calendar changes, unless it is saved without an email."
    )
    goes_again = Again.NEVER
    invites = True

    def write(self) -> MailContent:
        """See `Message.write`."""
        return self.content(
            _("Please note a change"),
            _("There is a change to “%(title)s”. Your place stays as it is.", title=self.event_title),
            Fact(_("This message brings your calendar up to date.")),
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
            due_at = clock.now() + UNDO_WINDOW
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
        with transaction():
            event = lock_event(event_id)
            if self.waiting(event_id) is None:
                raise Refused(N_("It is too late to undo this: the emails have gone."), status_code=409)
            work = find_payload(_key(event_id)) or {}
            if work["facts"] != settings.calendar_facts(event):
                raise Refused(SettingsReason.CHANGED_MEANWHILE)
            settings.put_facts_back(event, work["before"], who)
            changes = []
            for name in settings.CALENDAR_TEXTS:
                now_is: Mapping[str, str] = getattr(event, name)
                was = dict.fromkeys(now_is, "") | work["before"]["columns"][name]
                changes += [
                    TextChange(name, code, fingerprint(now_is.get(code, "")), text) for code, text in was.items()
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
    enqueue_all(
        [
            participant_message(occasion, person, news_of(was, occasion, days[person.id]), now, key_suffix=suffix)
            for person in reached
        ]
    )
    _schedule_step({**work, "after": people[-1].id}, now)
    return len(reached)


def _people(event: Event, after: int = 0) -> Any:
    """Select those with a place whose entry does not show the event as it is, in the order of ids."""
    return (
        select(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.id > after,
            Registration.status == Status.CONFIRMED,
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
    new, told, composed = fingerprint(str(settings.calendar_facts(event))), [], set[str]()
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
    columns = before["columns"]
    attendance = AttendanceMode(columns["attendance"])
    was = Event(**columns | {"attendance": attendance, "languages": event.languages})
    days = [
        EventDay(
            id=day[0],
            held_on=date.fromisoformat(day[1]),
            starts_at=time.fromisoformat(day[2]),
            ends_at=time.fromisoformat(day[3]),
        )
        for day in before["days"]
    ]
    return Occasion(was, days, ())


def news_of(was: Occasion, occasion: Occasion, day_ids: frozenset[int]) -> News:
    def changes(language: str) -> tuple[Change, ...]:
        told = (
            (label, say(was), say(occasion))
            for label, say in (
                (_("Title"), lambda each: each.title(language)),
                (_("Dates"), lambda each: _when(each, day_ids, language)),
                (_("Time zone"), lambda each: zone_place(each.event.time_zone, language)),
                (_("Place"), lambda each: each.place(language)),
            )
        )
        return tuple(Change(*each) for each in told if each[1] != each[2])

    return News(EventChanged, day_ids, changes=changes)


def _when(occasion: Occasion, day_ids: frozenset[int], language: str) -> str:
    """Return the days somebody comes, with the hours of each where they differ."""
    days = occasion.days_attended(day_ids)
    if common_hours(days):
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
