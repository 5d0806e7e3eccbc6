"""Saving what an event is set to: dates, places, colours, picture, and its privacy notice."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select

from eventreg.accounts.rules.profiles import checked_address
from eventreg.audit.queries import TrailFilter, list_trail
from eventreg.audit.services import SYSTEM, Actor, note, plain
from eventreg.db import db
from eventreg.events.announcing import Announcing
from eventreg.events.checks import calendar_updates, occupancy
from eventreg.events.models import TO_BE_MADE, Event, EventDay, PrivacyNotice, ProgrammeSession
from eventreg.events.organizers import Organizer
from eventreg.events.queries.events import holding_event, list_days
from eventreg.events.rules import seats, settings
from eventreg.events.rules.practical import PlanInvalid
from eventreg.events.services import categories
from eventreg.events.services.team import follow_days
from eventreg.kernel.clock import now
from eventreg.kernel.errors import N_, NotFound, Refused
from eventreg.kernel.text import LocalizedText, is_blank, merged
from eventreg.media.encoding import EncodedPicture
from eventreg.media.services import keep_picture

#: far from every real day, for days that change places with one another
_ASIDE = date(9999, 12, 31)
#: what one act writes into the trail, at most, as far as it concerns the event itself
_ENTRIES = 10
#: what of an event stands in people's calendars beside its days and moves them: the texts, and the other columns
CALENDAR_TEXTS, _CALENDAR_COLUMNS = ("title", "venue"), ("attendance", "city", "country", "time_zone")
#: counted in the event's zone: where that comes back, they do
_IN_ZONE = ("registration_opens_at", "registration_closes_at", "changes_until", "promotes_until")


def save_settings(
    event_id: int,
    seen_revision: int | None,
    days: Sequence[settings.DayEntry],
    values: Mapping[str, Any],
    actor: Actor,
    announcing: Announcing | None = None,
) -> None:
    """Set columns of an event to `values` and make its days `days`, when nobody saved settings since `seen_revision`.

    A capacity below what is taken is taken as it is: nobody is dropped, and the pages say that the event is over it. More
    places, or more time for it, have the waiting list looked at, with `announcing` at once, else by the worker. With it
    calendars follow, else the next message to each brings theirs up to date. Texts of a
    language that the event gives up are kept, hidden. Days that are not named are removed, unless somebody comes on them or
    they have sessions. Raises SettingsRefused with all faults, Refused (CHANGED_MEANWHILE), Unannounced, NotFound, and
    LifecycleRefused for an archived event.
    """
    settings.check_settings(days, values)
    with holding_event(event_id) as event:
        settings.check_seen(event.settings_revision, seen_revision)
        with followed(event, announcing):
            at, changed = now(), _put_days(event, days, values["languages"], actor)
            has_more = _gives_more(event, values)
            if changed:
                event.calendar_revision += 1
            changed |= set_columns(event, values)
            if not changed:
                return
            event.settings_revision += 1
            if has_more:
                occupancy().places_added(event_id, at, announcing)
            note(event, "settings_changed", actor, at, changed=changed)


def calendar_facts(event: Event) -> dict[str, Any]:
    """Return what people's calendars show of an event, as JSON: its days, and what else moves an entry."""
    columns, deadlines = (
        {name: plain(getattr(event, name)) for name in names}
        for names in ((*CALENDAR_TEXTS, *_CALENDAR_COLUMNS), _IN_ZONE)
    )
    days = [
        [day.id, day.held_on.isoformat(), day.starts_at.isoformat(), day.ends_at.isoformat(), dict(day.title or {})]
        for day in list_days(event.id)
    ]
    return {"columns": columns, "days": days, "deadlines": deadlines}


def read_facts(facts: Mapping[str, Any]) -> tuple[dict[str, Any], list[EventDay]]:
    """Return the columns and the days, in no session, of what `calendar_facts` said."""
    days = [
        EventDay(
            id=id_,
            held_on=date.fromisoformat(held_on),
            starts_at=time.fromisoformat(starts_at),
            ends_at=time.fromisoformat(ends_at),
            title=title,
        )
        for id_, held_on, starts_at, ends_at, title in facts["days"]
    ]
    return facts["columns"] | {"attendance": settings.AttendanceMode(facts["columns"]["attendance"])}, days


@contextmanager
def followed(event: Event, announcing: Announcing | None) -> Iterator[None]:
    """Have calendars follow what the block changes of an event whose row is held. Raises Unannounced."""
    before = calendar_facts(event) if announcing is not None else {}
    yield
    if announcing is not None:
        db.session.flush()
        calendar_updates().follow(event, before, announcing)


def put_facts_back(event: Event, before: Mapping[str, Any], actor: Actor) -> None:
    """Set days, zone and place to what `calendar_facts` said; a day that is gone comes back as a new one, without people."""
    there, (columns, was) = {day.id for day in list_days(event.id)}, read_facts(before)
    days = [
        settings.DayEntry(day.id if day.id in there else None, day.held_on, day.starts_at, day.ends_at, day.title)
        for day in was
    ]
    values = {name: columns[name] for name in _CALENDAR_COLUMNS}
    if values["time_zone"] != event.time_zone:
        values |= {name: datetime.fromisoformat(text) for name, text in before["deadlines"].items()}
    changed = _put_days(event, days, event.languages, actor)
    if changed:
        event.calendar_revision += 1
    changed |= set_columns(event, values)
    if changed:
        event.settings_revision += 1
        note(event, "settings_changed", actor, changed=changed)


def take_back_places(event_id: int, at: datetime, who: Organizer) -> None:
    """Undo an act of an instant that made places: what made them is as before, and whoever moved up waits again, unsaid.

    What else was saved with it stays. Raises NotFound, and Refused: CHANGED_MEANWHILE, and where it is too late.
    """
    with holding_event(event_id) as event:
        about = TrailFilter(record_kind="event", actor_id=who.id, since=at, until=at + timedelta(microseconds=1))
        for trace in list_trail(event.id, about, _ENTRIES):
            if changed := _put_back(event, trace.detail.get("changed", {})):
                note(event, trace.entry.action, who, changed=changed)
        event.settings_revision += 1
        db.session.flush()
        occupancy().take_back(event_id, at, who)


def _put_back(event: Event, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Set what made places to what it was, as the trail keeps it; returns what changed."""
    undone: dict[str, Any] = {}
    for name in ("capacity", "promotes_until"):
        if name in changed:
            old, new = (_moment(value) for value in changed[name])
            if getattr(event, name) != new:
                raise Refused(settings.SettingsReason.CHANGED_MEANWHILE)
            setattr(event, name, old)
            undone[name] = changed[name][::-1]
    before, after = changed.get("categories", ([], []))
    if before:
        categories.put_back(event, before, after)
        undone["categories"] = [after, categories.told(event)]
    return undone


def _moment(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def save_look(
    event_id: int,
    seen_revision: int | None,
    palette: str,
    picture_text: LocalizedText,
    actor: Actor,
    *,
    picture: EncodedPicture | None = None,
    removes_picture: bool = False,
) -> None:
    """Give an event its colours (a key of `PALETTES`; empty: the instance's), its picture and what the picture shows.

    Without `picture` the present one stays, unless it is removed; one that nothing shows any more is swept away later.
    Raises Refused (CHANGED_MEANWHILE), NotFound, and LifecycleRefused for an archived event.
    """
    with holding_event(event_id) as event:
        settings.check_seen(event.settings_revision, seen_revision)
        text = merged(event.picture_text, picture_text, event.languages)
        changed = set_columns(event, {"palette": palette, "picture_text": text})
        if picture is not None:
            event.picture_id = keep_picture(picture, now())
            changed["picture"] = "replaced"
        elif removes_picture and event.picture_id is not None:
            event.picture_id = None
            changed["picture"] = "removed"
        if changed:
            event.settings_revision += 1
            note(event, "look_changed", actor, changed=changed)


def set_columns(event: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set columns of an event or a row of it; return what changed as the trail keeps it, of what is personal that it did."""
    changed = {}
    for name, value in values.items():
        old = getattr(event, name)
        if old != value:
            is_personal = event.__table__.c[name].info.get("personal")
            changed[name] = "changed" if is_personal else [plain(old), plain(value)]
            setattr(event, name, value)
    return changed


def lift_mail_hold(event_id: int, contact_email: str, actor: Actor) -> None:
    """Let the messages of an event go, to and about the contact address that is entered; those held so far stay held.

    For owners: the view asks for that permission. Raises Refused (ADDRESS_INVALID) and NotFound.
    """
    address = checked_address(contact_email)
    with holding_event(event_id) as event:
        event.contact_email, event.holds_mail = address, False
        event.settings_revision += 1
        note(event, "mail_hold_lifted", actor, changed={"holds_mail": [True, False], "contact_email": "changed"})


def _put_days(
    event: Event, days: Sequence[settings.DayEntry], languages: Sequence[str], actor: Actor
) -> dict[str, Any]:
    stored = {day.id: day for day in list_days(event.id)}
    if any(day.id is not None and day.id not in stored for day in days):
        raise NotFound
    before = [_day_told(day) for day in stored.values()]
    kept = {day.id for day in days}
    _remove_days(event, [day for day in stored.values() if day.id not in kept])
    moved = [(stored[day.id], day) for day in days if day.id is not None and stored[day.id].held_on != day.held_on]
    follow_days(event.id, {row.held_on: wanted.held_on for row, wanted in moved}, actor)
    for number, (row, _wanted) in enumerate(moved):
        row.held_on = _ASIDE - timedelta(days=number)
    db.session.flush()
    for day in days:
        row = stored[day.id] if day.id is not None else EventDay(event_id=event.id, title={})
        row.held_on, row.starts_at, row.ends_at = day.held_on, day.starts_at, day.ends_at
        row.title = merged(row.title or {}, day.title, languages)
        db.session.add(row)
    db.session.flush()
    after = [_day_told(day) for day in list_days(event.id)]
    return {"days": [before, after]} if before != after else {}


def _remove_days(event: Event, days: Sequence[EventDay]) -> None:
    faults = [fault for day in days for fault in _faults_of_removal(event, day)]
    if faults:
        raise settings.SettingsRefused(*faults)
    for day in days:
        db.session.delete(day)
    db.session.flush()


def _faults_of_removal(event: Event, day: EventDay) -> Iterator[Refused]:
    if people := occupancy().count_on_day(event.id, day.id):
        yield settings.day_fault(day.id, settings.SettingsReason.DAY_HAS_PEOPLE, num=people)
    sessions = db.session.scalar(select(func.count()).where(ProgrammeSession.day_id == day.id)) or 0
    if sessions:
        yield settings.day_fault(day.id, settings.SettingsReason.DAY_HAS_SESSIONS, num=sessions)


def _gives_more(event: Event, values: Mapping[str, Any]) -> bool:
    return seats.gives_more(event.capacity, values["capacity"]) or bool(values["promotes_until"] > event.promotes_until)


def _day_told(day: EventDay) -> list[str]:
    title = " / ".join((day.title or {}).values())
    return [day.held_on.isoformat(), f"{day.starts_at:%H:%M}", f"{day.ends_at:%H:%M}", *([title] if title else [])]


def publish_notice(
    event_id: int,
    summary: LocalizedText,
    body: LocalizedText,
    transfers: LocalizedText | None = None,
    *,
    actor: Actor = SYSTEM,
    seen_version: int | None = None,
) -> int:
    """Publish the next version of an event's privacy notice and return its id; earlier ones stay as they were.

    `summary` is two sentences for the form; `body`, in Markdown, and `transfers` are the organizers' words, to which
    the program adds what is set. With `seen_version` (0: none) only
    when no other was published since. Raises PlanInvalid when a language of the event lacks a text, Refused when
    another one was, NotFound, and LifecycleRefused for an archived event.
    """
    with holding_event(event_id) as event:
        for place, text in (("summary", summary), ("body", body)):
            for language in event.languages:
                if is_blank(text.get(language, "")):
                    raise PlanInvalid(f"notice.{place}: there is no text in {language!r}")
        last = db.session.scalar(select(func.max(PrivacyNotice.version)).where(PrivacyNotice.event_id == event_id))
        if seen_version is not None and seen_version != (last or 0):
            raise Refused(N_("Somebody else published a version meanwhile"), status_code=409)
        notice = PrivacyNotice(
            event_id=event_id,
            version=(last or 0) + 1,
            summary=dict(summary),
            body=dict(body),
            periods=dict(event.retention),
            transfers=dict(transfers or {}),
            made=dict(TO_BE_MADE),
            published_at=now(),
        )
        db.session.add(notice)
        db.session.flush()
        note(notice, "notice_published", actor, version=notice.version)
        return notice.id
