"""Rooms, speakers and sessions."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from eventreg.db import db
from eventreg.events.bundles.basis import free_public_id
from eventreg.events.bundles.faults import BundleInvalid
from eventreg.events.bundles.fields import (
    CLOCK,
    COMPLETE,
    FLAG,
    LOCALIZED,
    Field,
    Record,
    choice,
    listed,
    number,
    optional,
    text,
)
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import ProgrammeSession, Room, SessionPerson, Speaker
from eventreg.events.parts.order import list_sessions
from eventreg.events.rules.programme import SessionKind, SpeakerRole
from eventreg.events.services.speakers import sort_name

_MOST_SESSIONS, _MOST_ROOMS, _MOST_SPEAKERS, _MOST_PEOPLE = 5000, 500, 5000, 500
_ROOM = Record(Field("name", COMPLETE))
_SPEAKER = Record(
    Field("name", text(200)),
    Field("position", LOCALIZED, {}),
    Field("affiliation", LOCALIZED, {}),
    Field("biography", LOCALIZED, {}),
)
_SESSION = Record(
    Field("kind", choice(SessionKind)),
    Field("starts_at", CLOCK),
    Field("ends_at", CLOCK),
    Field("title", COMPLETE),
    Field("note", LOCALIZED, {}),
    Field("description", LOCALIZED, {}),
    Field("takes_sign_up", FLAG, False),
    Field("places", optional(number()), None),
    Field("revision", number(1), 1),
)
_PERSON = Record(Field("role", choice(SpeakerRole)))


class ProgrammePart(Document):
    """Records call rooms, speakers and sessions by their number in the lists, counted from 0."""

    key = "programme"
    needs = frozenset({"days", "organizations"})

    def label(self) -> str:
        """See `Part.label`."""
        return _("Programme with rooms and speakers")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        rooms = db.session.scalars(select(Room).where(Room.event_id == event_id).order_by(Room.position, Room.id)).all()
        speakers = db.session.scalars(
            select(Speaker)
            .where(Speaker.event_id == event_id)
            .options(joinedload(Speaker.organization))
            .order_by(Speaker.id)
        ).all()
        numbers = _Numbers(
            {room.id: at for at, room in enumerate(rooms)}, {row.id: at for at, row in enumerate(speakers)}
        )
        sessions = list_sessions(event_id, selectinload(ProgrammeSession.people))
        return {
            "rooms": [_ROOM.taken(room) for room in rooms],
            "speakers": [_taken_speaker(row) for row in speakers],
            "sessions": [{"day": day, **numbers.taken_session(session)} for day, session in sessions],
        }

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        for at, (place, data) in enumerate(listed(entry.get("rooms", []), "programme.rooms", _MOST_ROOMS)):
            room = Room(event_id=intake.event_id, position=at + 1, **_ROOM.given(data, place, intake.fitting))
            db.session.add(room)
            db.session.flush()
            intake.remember("room", at, room.id)
        for at, (place, data) in enumerate(listed(entry.get("speakers", []), "programme.speakers", _MOST_SPEAKERS)):
            intake.remember("speaker", at, _give_speaker(data, place, intake))
        for at, (place, data) in enumerate(listed(entry.get("sessions"), "programme.sessions", _MOST_SESSIONS)):
            intake.remember("session", at, _give_session(data, place, intake))


class _Numbers:
    """What the lists of the document call a row."""

    def __init__(self, rooms: dict[int, int], speakers: dict[int, int]) -> None:
        self._rooms, self._speakers = rooms, speakers

    def taken_session(self, session: ProgrammeSession) -> dict[str, Any]:
        people = sorted(session.people, key=lambda person: (person.position, person.id))
        return {
            "public_id": session.public_id,
            "room": None if session.room_id is None else self._rooms[session.room_id],
            **_SESSION.taken(session),
            "people": [{"speaker": self._speakers[person.speaker_id], **_PERSON.taken(person)} for person in people],
        }


def _taken_speaker(speaker: Speaker) -> dict[str, Any]:
    organization = speaker.organization.key if speaker.organization is not None else None
    return {"public_id": speaker.public_id, "organization": organization, **_SPEAKER.taken(speaker)}


def _give_speaker(data: Any, place: str, intake: Intake) -> int:
    values = _SPEAKER.given(data, place, intake.fitting)
    if not values["name"] or "\n" in values["name"]:
        raise BundleInvalid(f"{place}.name: is no name")
    key = data.get("organization")
    speaker = Speaker(
        event_id=intake.event_id,
        public_id=free_public_id(Speaker, data.get("public_id"), place),
        sort_name=sort_name(values["name"]),
        organization_id=None if key is None else intake.find("organization", key, place),
        **values,
    )
    db.session.add(speaker)
    db.session.flush()
    return speaker.id


def _give_session(data: Any, place: str, intake: Intake) -> int:
    values = _SESSION.given(data, place, intake.fitting)
    if values["starts_at"] >= values["ends_at"]:
        raise BundleInvalid(f"{place}: ends before it starts")
    if intake.is_copy:
        values["revision"] = 1
    room = data.get("room")
    session = ProgrammeSession(
        day_id=intake.find("day", data.get("day"), place),
        public_id=free_public_id(ProgrammeSession, data.get("public_id"), place),
        room_id=None if room is None else intake.find("room", room, place),
        **values,
    )
    db.session.add(session)
    db.session.flush()
    seen = set()
    for at, (where, person) in enumerate(listed(data.get("people", []), f"{place}.people", _MOST_PEOPLE), 1):
        role = _PERSON.given(person, where)["role"]
        speaker_id = intake.find("speaker", person.get("speaker"), where)
        if (speaker_id, role) in seen:
            raise BundleInvalid(f"{where}: somebody does the same thing twice")
        seen.add((speaker_id, role))
        db.session.add(SessionPerson(session_id=session.id, speaker_id=speaker_id, role=role, position=at))
        db.session.flush()
    return session.id
