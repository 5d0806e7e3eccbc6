"""Saving the dates, places and other settings of an event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import func, select

from eventreg.accounts.rules.profiles import checked_address
from eventreg.audit.services import Actor, record
from eventreg.db import db, transaction
from eventreg.events.models import Event, EventDay, ProgrammeSession
from eventreg.events.occupancy import occupancy
from eventreg.events.queries.for_registration import list_days, lock_event
from eventreg.events.rules.seats import gives_more
from eventreg.events.rules.settings import (
    DayEntry,
    SettingsEntry,
    SettingsFault,
    SettingsReason,
    SettingsRefused,
    check_settings,
    day_fault,
)
from eventreg.events.services.team import follow_days
from eventreg.kernel.errors import NotFound
from eventreg.kernel.text import merged

#: far from every real day, for days that change places with one another
_ASIDE = date(9999, 12, 31)


def save_settings(event_id: int, seen_revision: int, entry: SettingsEntry, account_id: int, at: datetime) -> None:
    """Make the settings and days of an event what `entry` says, when nobody saved settings since `seen_revision`.

    A capacity below what is taken is taken as it is: nobody is dropped, and the pages say that the event is over it. More
    places, or more time for it, have the waiting list looked at. Texts of a language that the event gives up are kept,
    hidden. Days that are not named are removed, unless somebody comes on them or they have sessions. Raises SettingsRefused
    (see `SettingsReason`), NotFound, and LifecycleRefused for an archived event.
    """
    check_settings(entry)
    with transaction():
        event = lock_event(event_id)
        if event.settings_revision != seen_revision:
            raise SettingsRefused(SettingsFault("", SettingsReason.CHANGED_MEANWHILE, {}))
        changed = _put_days(event, entry, account_id)
        gives_more = _gives_more(event, entry)
        for name, value in entry.columns().items():
            old = getattr(event, name)
            if old != value:
                changed[name] = _told(name, old, value)
                setattr(event, name, value)
        if not changed:
            return
        if "days" in changed:
            event.calendar_revision += 1
        event.settings_revision += 1
        if gives_more:
            occupancy().places_added(event_id, at)
        _note(event, "settings_changed", {"changed": changed}, account_id, at)


def lift_mail_hold(event_id: int, contact_email: str, account_id: int, at: datetime) -> None:
    """Let the messages of an event go, to and about the contact address that is entered; those held so far stay held.

    For owners: the view asks for that permission. Raises AccountRefused (ADDRESS_INVALID) and NotFound.
    """
    address = checked_address(contact_email)
    with transaction():
        event = lock_event(event_id)
        event.contact_email, event.holds_mail = address, False
        event.settings_revision += 1
        _note(
            event,
            "mail_hold_lifted",
            {"changed": {"holds_mail": [True, False], "contact_email": "changed"}},
            account_id,
            at,
        )


def _put_days(event: Event, entry: SettingsEntry, account_id: int) -> dict[str, Any]:
    stored = {day.id: day for day in list_days(event.id)}
    if any(day.id is not None and day.id not in stored for day in entry.days):
        raise NotFound
    before = [_day_told(day) for day in stored.values()]
    kept = {day.id for day in entry.days}
    _remove_days(event, [day for day in stored.values() if day.id not in kept])
    moved = [
        (stored[day.id], day) for day in entry.days if day.id is not None and stored[day.id].held_on != day.held_on
    ]
    follow_days(event.id, {row.held_on: wanted.held_on for row, wanted in moved}, account_id)
    for number, (row, _wanted) in enumerate(moved):
        row.held_on = _ASIDE - timedelta(days=number)
    db.session.flush()
    for day in entry.days:
        row = stored[day.id] if day.id is not None else EventDay(event_id=event.id, title={})
        _fill_day(row, day, entry.languages)
        db.session.add(row)
    db.session.flush()
    after = [_day_told(day) for day in list_days(event.id)]
    return {"days": [before, after]} if before != after else {}


def _remove_days(event: Event, days: Sequence[EventDay]) -> None:
    faults = [fault for day in days for fault in _faults_of_removal(event, day)]
    if faults:
        raise SettingsRefused(*faults)
    for day in days:
        db.session.delete(day)
    db.session.flush()


def _faults_of_removal(event: Event, day: EventDay) -> Iterator[SettingsFault]:
    if people := occupancy().count_on_day(event.id, day.id):
        yield day_fault(day.id, SettingsReason.DAY_HAS_PEOPLE, count=people)
    sessions = db.session.scalar(select(func.count()).where(ProgrammeSession.day_id == day.id)) or 0
    if sessions:
        yield day_fault(day.id, SettingsReason.DAY_HAS_SESSIONS, count=sessions)


def _fill_day(row: EventDay, day: DayEntry, languages: Sequence[str]) -> None:
    row.held_on, row.starts_at, row.ends_at = day.held_on, day.starts_at, day.ends_at
    row.title = merged(row.title or {}, day.title, languages)


def _gives_more(event: Event, entry: SettingsEntry) -> bool:
    return gives_more(event.capacity, entry.capacity) or entry.promotes_until > event.promotes_until


def _day_told(day: EventDay) -> list[str]:
    title = " / ".join((day.title or {}).values())
    return [day.held_on.isoformat(), f"{day.starts_at:%H:%M}", f"{day.ends_at:%H:%M}", *([title] if title else [])]


def _told(name: str, old: Any, new: Any) -> Any:
    """Return old and new as the trail keeps them; of the contact person only that something changed."""
    if Event.__table__.c[name].info.get("personal"):
        return "changed"
    return [_plain(old), _plain(new)]


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _note(event: Event, action: str, detail: dict[str, Any], account_id: int, at: datetime) -> None:
    record(
        event_id=event.id,
        actor=Actor.account(account_id),
        action=action,
        record_kind="event",
        record_id=event.id,
        at=at,
        detail=detail,
    )
