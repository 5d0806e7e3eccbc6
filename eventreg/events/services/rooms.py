"""The rooms of an event: in the order in which pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from eventreg.audit.services import Actor, record
from eventreg.db import db, transaction
from eventreg.events.models import ProgrammeSession, Room
from eventreg.events.queries.for_registration import lock_event
from eventreg.events.queries.programme import list_rooms
from eventreg.events.rules.programme_entries import MOST_ROOMS, ProgrammeReason, ProgrammeRefused
from eventreg.kernel.errors import NotFound
from eventreg.kernel.ordering import move_in_order
from eventreg.kernel.text import LocalizedText, merged
from eventreg.kernel.typed import is_blank


def add_room(event_id: int, name: LocalizedText, account_id: int, at: datetime) -> int:
    """Add a room after the others and return its id; one that is already called so in every language is that one.

    Raises ProgrammeRefused (NO_TITLE, TOO_MANY) and LifecycleRefused.
    """
    with transaction() as session:
        lock_event(event_id)
        rooms = list_rooms(event_id)
        for room in rooms:
            if dict(room.name) == dict(name):
                return room.id
        if all(map(is_blank, name.values())):
            raise ProgrammeRefused(ProgrammeReason.NO_TITLE)
        if len(rooms) >= MOST_ROOMS:
            raise ProgrammeRefused(ProgrammeReason.TOO_MANY, limit=MOST_ROOMS)
        room = Room(event_id=event_id, position=_after(rooms), name=dict(name))
        session.add(room)
        session.flush()
        _note(event_id, "room_added", room.id, account_id, at, {"name": dict(name)})
        return room.id


def rename_room(
    event_id: int, room_id: int, name: LocalizedText, languages: Sequence[str], account_id: int, at: datetime
) -> None:
    """Give a room another name in `languages`; calendar entries of its sessions follow.

    Raises NotFound, LifecycleRefused and ProgrammeRefused: NO_TITLE.
    """
    with transaction():
        lock_event(event_id)
        room = _room(event_id, room_id)
        new = merged(room.name, name, languages)
        if not new:
            raise ProgrammeRefused(ProgrammeReason.NO_TITLE)
        if new == dict(room.name):
            return
        _note(event_id, "room_changed", room.id, account_id, at, {"changed": {"name": [dict(room.name), new]}})
        room.name = new
        _touch_sessions(room_id)


def move_room(event_id: int, room_id: int, *, earlier: bool, account_id: int, at: datetime) -> None:
    """Put a room before or after its neighbour; the first and the last stay. Raises NotFound and LifecycleRefused."""
    with transaction():
        lock_event(event_id)
        rooms = list(list_rooms(event_id))
        place = next((number for number, room in enumerate(rooms) if room.id == room_id), None)
        if place is None:
            raise NotFound
        if move_in_order(rooms, place, -1 if earlier else 1):
            moved: dict[str, Any] = {"changed": {"position": [place + 1, rooms[place].position]}}
            _note(event_id, "room_moved", room_id, account_id, at, moved)


def remove_room(event_id: int, room_id: int, account_id: int, at: datetime) -> None:
    """Remove a room; its sessions stay, for everybody. Raises NotFound and LifecycleRefused."""
    with transaction() as session:
        lock_event(event_id)
        room = _room(event_id, room_id)
        _note(event_id, "room_removed", room.id, account_id, at, {"name": dict(room.name)})
        _touch_sessions(room_id, {"room_id": None})
        session.delete(room)


def _room(event_id: int, room_id: int) -> Room:
    room = db.session.scalar(select(Room).where(Room.event_id == event_id, Room.id == room_id))
    if room is None:
        raise NotFound
    return room


def _after(rooms: Sequence[Room]) -> int:
    return max((room.position for room in rooms), default=0) + 1


def _touch_sessions(room_id: int, also: Mapping[str, None] | None = None) -> None:
    """Raise the revision of a room's sessions: where they are is part of what calendars have."""
    db.session.execute(
        update(ProgrammeSession)
        .where(ProgrammeSession.room_id == room_id)
        .values(revision=ProgrammeSession.revision + 1, **(also or {}))
        .execution_options(synchronize_session=False)
    )


def _note(event_id: int, action: str, room_id: int, account_id: int, at: datetime, detail: dict[str, object]) -> None:
    record(
        event_id=event_id,
        actor=Actor.account(account_id),
        action=action,
        record_kind="room",
        record_id=room_id,
        at=at,
        detail=detail,
    )
