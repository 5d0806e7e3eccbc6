"""The rooms of an event: in the order in which pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import update

from eventreg.audit.services import Actor, change, note
from eventreg.db import db, get_of_event, transaction
from eventreg.events.models import ProgrammeSession, Room
from eventreg.events.queries.for_registration import lock_event
from eventreg.events.queries.programme import list_rooms
from eventreg.events.rules.programme_entries import MOST_ROOMS, ProgrammeReason
from eventreg.kernel.errors import NotFound, Refused
from eventreg.kernel.ordering import move_in_order
from eventreg.kernel.text import LocalizedText, merged
from eventreg.kernel.typed import is_blank


def add_room(event_id: int, name: LocalizedText, actor: Actor) -> int:
    """Add a room after the others and return its id; one that is already called so in every language is that one.

    Raises Refused (NO_TITLE, TOO_MANY) and LifecycleRefused.
    """
    with transaction() as session:
        lock_event(event_id)
        rooms = list_rooms(event_id)
        for room in rooms:
            if dict(room.name) == dict(name):
                return room.id
        if all(map(is_blank, name.values())):
            raise Refused(ProgrammeReason.NO_TITLE)
        if len(rooms) >= MOST_ROOMS:
            raise Refused(ProgrammeReason.TOO_MANY, limit=MOST_ROOMS)
        room = Room(event_id=event_id, position=_after(rooms), name=dict(name))
        session.add(room)
        session.flush()
        note(room, "room_added", actor, name=dict(name))
        return room.id


def rename_room(event_id: int, room_id: int, name: LocalizedText, languages: Sequence[str], actor: Actor) -> None:
    """Give a room another name in `languages`; calendar entries of its sessions follow.

    Raises NotFound, LifecycleRefused and Refused: NO_TITLE.
    """
    with transaction():
        lock_event(event_id)
        room = get_of_event(Room, event_id, id=room_id)
        new = merged(room.name, name, languages)
        if not new:
            raise Refused(ProgrammeReason.NO_TITLE)
        if change(room, {"name": new}, "room_changed", actor):
            _touch_sessions(room_id)


def move_room(event_id: int, room_id: int, actor: Actor, *, earlier: bool) -> None:
    """Put a room before or after its neighbour; the first and the last stay. Raises NotFound and LifecycleRefused."""
    with transaction():
        lock_event(event_id)
        rooms = list(list_rooms(event_id))
        place = next((number for number, room in enumerate(rooms) if room.id == room_id), None)
        if place is None:
            raise NotFound
        if move_in_order(rooms, place, -1 if earlier else 1):
            note(rooms[place], "room_moved", actor, changed={"position": [place + 1, rooms[place].position]})


def remove_room(event_id: int, room_id: int, actor: Actor) -> None:
    """Remove a room; its sessions stay, for everybody. Raises NotFound and LifecycleRefused."""
    with transaction() as session:
        lock_event(event_id)
        room = get_of_event(Room, event_id, id=room_id)
        note(room, "room_removed", actor, name=dict(room.name))
        _touch_sessions(room_id, {"room_id": None})
        session.delete(room)


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
