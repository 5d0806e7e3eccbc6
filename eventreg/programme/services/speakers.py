"""The speakers of an event, under the names that are announced; and its rooms, in the order in which pages show them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from eventreg.audit.services import Actor, change, note
from eventreg.db import change_rows, db, found, get_of_event, move_in_order, transaction
from eventreg.events.models import ProgrammeSession, Room, SessionPerson, Speaker
from eventreg.events.queries.events import holding_event, lock_event
from eventreg.events.queries.programme import get_speaker, list_rooms
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import LocalizedText, folded, is_blank, merged
from eventreg.organizations.models import Organization
from eventreg.programme.rules.sessions import MOST_ROOMS, ProgrammeReason, SpeakerEntry

_TEXTS = ("position", "affiliation", "biography")


def edit_speaker(
    event_id: int,
    public_id: str,
    entry: SpeakerEntry,
    languages: Sequence[str],
    seen_revision: int,
    actor: Actor,
) -> None:
    """Save a speaker as `entry` has it; texts in other languages than `languages` stay.

    Raises NotFound, LifecycleRefused and Refused: NO_TITLE (no name), NO_SUCH_ORGANIZATION, CHANGED_MEANWHILE.
    """
    with holding_event(event_id):
        speaker = get_speaker(event_id, public_id)
        if speaker.revision != seen_revision:
            raise Refused(ProgrammeReason.CHANGED_MEANWHILE)
        if is_blank(entry.name):
            raise Refused(ProgrammeReason.NO_TITLE)
        if entry.organization_id != speaker.organization_id:
            _check_organization(entry.organization_id)
        new: dict[str, Any] = {"name": entry.name, "organization_id": entry.organization_id}
        for name in _TEXTS:
            new[name] = merged(getattr(speaker, name), getattr(entry, name), languages)
        if change(speaker, new, "speaker_changed", actor):
            speaker.sort_name = sort_name(entry.name)


def remove_speaker(event_id: int, public_id: str, actor: Actor) -> None:
    """Remove a speaker from the event and its sessions. Raises NotFound and LifecycleRefused."""
    with transaction() as session:
        lock_event(event_id)
        speaker = get_speaker(event_id, public_id)
        spoken = select(SessionPerson.session_id).where(SessionPerson.speaker_id == speaker.id)
        # Whoever has a session's form open would bring the name back: the revision tells.
        change_rows(ProgrammeSession, ProgrammeSession.id.in_(spoken), revision=ProgrammeSession.revision + 1)
        note(speaker, "speaker_removed", actor, name=speaker.name)
        session.delete(speaker)


def find_or_add_speakers(
    event_id: int, names: Sequence[str], known: Mapping[str, Speaker], actor: Actor
) -> list[Speaker]:
    """Return the speakers with these names, in their order; names that nobody has become speakers, in the caller's transaction.

    `known` are speakers by folded name that are preferred to others of the event with the same name.
    """
    wanted = {folded(name): name for name in names if folded(name) not in known}
    found = dict(known)
    if wanted:
        # Speakers of one event are few; two names that read alike are told apart by nobody but the eye.
        rows = db.session.scalars(select(Speaker).where(Speaker.event_id == event_id).order_by(Speaker.id.desc()))
        found = {folded(speaker.name): speaker for speaker in rows} | found
    for key, name in wanted.items():
        if key not in found:
            found[key] = _added(event_id, name, actor)
    return [found[folded(name)] for name in names]


def sort_name(name: str) -> str:
    """Return a name to order by: folded, as announced, since nobody says which part is the family's."""
    return folded(name)[:200]


def _added(event_id: int, name: str, actor: Actor) -> Speaker:
    speaker = Speaker(
        event_id=event_id, name=name, sort_name=sort_name(name), position={}, affiliation={}, biography={}
    )
    db.session.add(speaker)
    db.session.flush()
    note(speaker, "speaker_added", actor, name=name)
    return speaker


def _check_organization(organization_id: int | None) -> None:
    if organization_id is None:
        return
    is_there = db.session.scalar(
        select(Organization.id).where(Organization.id == organization_id, Organization.merged_into_id.is_(None))
    )
    if is_there is None:
        raise Refused(ProgrammeReason.NO_SUCH_ORGANIZATION)


def add_room(event_id: int, name: LocalizedText, actor: Actor) -> int:
    """Add a room after the others and return its id; one that is already called so in every language is that one.

    Raises Refused (NO_TITLE, TOO_MANY) and LifecycleRefused.
    """
    with holding_event(event_id):
        rooms = list_rooms(event_id)
        for room in rooms:
            if dict(room.name) == dict(name):
                return room.id
        if all(map(is_blank, name.values())):
            raise Refused(ProgrammeReason.NO_TITLE)
        if len(rooms) >= MOST_ROOMS:
            raise Refused(ProgrammeReason.TOO_MANY, limit=MOST_ROOMS)
        room = Room(event_id=event_id, position=_after(rooms), name=dict(name))
        db.session.add(room)
        db.session.flush()
        note(room, "room_added", actor, name=dict(name))
        return room.id


def rename_room(event_id: int, room_id: int, name: LocalizedText, languages: Sequence[str], actor: Actor) -> None:
    """Give a room another name in `languages`; calendar entries of its sessions follow.

    Raises NotFound, LifecycleRefused and Refused: NO_TITLE.
    """
    with holding_event(event_id):
        room = get_of_event(Room, event_id, id=room_id)
        new = merged(room.name, name, languages)
        if not new:
            raise Refused(ProgrammeReason.NO_TITLE)
        if change(room, {"name": new}, "room_changed", actor):
            _touch_sessions(room_id)


def move_room(event_id: int, room_id: int, actor: Actor, *, earlier: bool) -> None:
    """Put a room before or after its neighbour; the first and the last stay. Raises NotFound and LifecycleRefused."""
    with holding_event(event_id):
        rooms = list(list_rooms(event_id))
        place = found(next((number for number, room in enumerate(rooms) if room.id == room_id), None))
        if move_in_order(rooms, place, -1 if earlier else 1):
            note(rooms[place], "room_moved", actor, changed={"position": [place + 1, rooms[place].position]})


def remove_room(event_id: int, room_id: int, actor: Actor) -> None:
    """Remove a room; its sessions stay, for everybody. Raises NotFound and LifecycleRefused."""
    with holding_event(event_id):
        room = get_of_event(Room, event_id, id=room_id)
        note(room, "room_removed", actor, name=dict(room.name))
        _touch_sessions(room_id, {"room_id": None})
        db.session.delete(room)


def _after(rooms: Sequence[Room]) -> int:
    return max((room.position for room in rooms), default=0) + 1


def _touch_sessions(room_id: int, also: Mapping[str, None] | None = None) -> None:
    """Raise the revision of a room's sessions: where they are is part of what calendars have."""
    change_rows(
        ProgrammeSession, ProgrammeSession.room_id == room_id, revision=ProgrammeSession.revision + 1, **also or {}
    )
