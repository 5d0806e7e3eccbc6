"""The programme in an event's file: rooms, speakers and sessions, their materials and conclusions.

Records call a session by its number, counted from 0, in the order of `list_sessions`.
"""

from collections import Counter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from eventreg.db import db
from eventreg.events.bundles import basis, fields
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import Material, ProgrammeSession, Room, SessionOutcome, SessionPerson, Speaker
from eventreg.kernel import files, tokens
from eventreg.kernel.errors import N_, NotFound, Refused
from eventreg.programme.queries import list_sessions
from eventreg.programme.rules.materials import check_address, check_file
from eventreg.programme.services.materials import read_material_file, store_material_file
from eventreg.programme.services.speakers import sort_name

_MOST = 10_000
#: of what was added here or elsewhere; a file of before does not say when
_ADDED_AT = fields.optional(fields.INSTANT)
_MATERIAL = fields.record_of(
    Material,
    ("title", "language", "audience", "released_at", "url", "file_name", "created_at"),
    title=fields.Field("title", fields.LOCALIZED, {}),
    created_at=fields.Field("created_at", _ADDED_AT, None),
)


class MaterialsPart(Document):
    """Without files only the links are in it. A file is sealed anew by the instance that takes it in."""

    key = "materials"
    title = N_("Materials")
    needs = frozenset({"programme"})

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        numbers = session_numbers(event_id)
        rows = db.session.scalars(select(Material).where(Material.event_id == event_id)).all()
        ordered = sorted(rows, key=lambda row: (numbers.get(row.session_id or 0, -1), row.position, row.id))
        return {
            "materials": [
                {"session": numbers.get(row.session_id or 0), **taken}
                for row in ordered
                if (taken := _taken(row, outlet)) is not None
            ]
        }

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        positions: Counter[int | None] = Counter()
        for place, data in fields.listed(entry.get("materials"), "materials", _MOST):
            values = _MATERIAL.given(data, place, intake.fitting)
            session = data.get("session")
            session_id = None if session is None else intake.find("session", session, place)
            positions[session_id] += 1
            values["created_at"] = intake.at if intake.is_copy else values["created_at"] or intake.at
            material = Material(
                event_id=intake.event_id,
                public_id=basis.free_public_id(Material, data.get("public_id"), place),
                session_id=session_id,
                position=positions[session_id],
                **values,
                **_kept(values, data.get("file"), place, intake),
            )
            intake.add(material)


def _taken(material: Material, outlet: Outlet) -> dict[str, Any] | None:
    """Return a material; None for a file that is not asked for, or is gone from the disk."""
    taken = {"public_id": material.public_id, "file": None, **_MATERIAL.taken(material)}
    if not material.file_id:
        return taken
    if not outlet.options.with_files:
        return None
    try:
        return taken | {"file": outlet.keep(read_material_file(material.file_id))}
    except NotFound:
        return None


def _kept(values: dict[str, Any], file: Any, place: str, intake: Intake) -> dict[str, Any]:
    """Keep the file that came along and return what its columns hold. Raises BundleInvalid."""
    try:
        if bool(values["url"]) is (file is not None):
            raise fields.BundleInvalid(f"{place}: is a file or a link, and one of the two")
        if file is None:
            check_address(values["url"])
            return {}
        content = intake.read_file(file, place)
        media_type, file_id = check_file(content), tokens.new_public_id()
        values["file_name"] = files.safe_name(values["file_name"], media_type)
        store_material_file(file_id, content)
        return {"file_id": file_id, "media_type": media_type, "size": len(content)}
    except Refused as refused:
        raise fields.BundleInvalid(f"{place}: {refused}") from refused


_OUTCOMES_MOST = 20_000
_OUTCOME = fields.record_of(
    SessionOutcome,
    ("kind", "text", "addressee", "is_public", "recorded_at"),
    text=fields.COMPLETE,
    recorded_at=fields.Field("recorded_at", _ADDED_AT, None),
)


class OutcomesPart(Document):
    """What was concluded, by session and in its order."""

    key = "outcomes"
    title = N_("Conclusions")
    needs = frozenset({"programme"})

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        numbers = session_numbers(event_id)
        rows = db.session.scalars(select(SessionOutcome).where(SessionOutcome.session_id.in_(numbers)))
        ordered = sorted(rows, key=lambda row: (numbers[row.session_id], row.position, row.id))
        return {"outcomes": [{"session": numbers[row.session_id], **_OUTCOME.taken(row)} for row in ordered]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        positions: Counter[int] = Counter()
        for place, data in fields.listed(entry.get("outcomes"), "outcomes", _OUTCOMES_MOST):
            values = _OUTCOME.given(data, place, intake.fitting)
            values["recorded_at"] = values["recorded_at"] or intake.at
            session_id = intake.find("session", data.get("session"), place)
            positions[session_id] += 1
            intake.add(SessionOutcome(session_id=session_id, position=positions[session_id], **values))


_MOST_SESSIONS, _MOST_ROOMS, _MOST_SPEAKERS, _MOST_PEOPLE = 5000, 500, 5000, 500
_ROOM = fields.record_of(Room, ("name",), name=fields.COMPLETE)
_SPEAKER = fields.record_of(Speaker, ("name", "position", "affiliation", "biography"))
_SESSION = fields.record_of(
    ProgrammeSession,
    ("kind", "starts_at", "ends_at", "title", "note", "description", "takes_sign_up", "places", "revision"),
    title=fields.COMPLETE,
    revision=fields.number(1),
)
_PERSON = fields.record_of(SessionPerson, ("role",))


class ProgrammePart(Document):
    """Records call rooms, speakers and sessions by their number in the lists, counted from 0."""

    key = "programme"
    title = N_("Programme with rooms and speakers")
    needs = frozenset({"days", "organizations"})

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
            "sessions": [{"day": day.isoformat(), **numbers.taken_session(session)} for session, day in sessions],
        }

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        for at, (place, data) in enumerate(fields.listed(entry.get("rooms", []), "programme.rooms", _MOST_ROOMS)):
            values = _ROOM.given(data, place, intake.fitting)
            intake.add(Room(event_id=intake.event_id, position=at + 1, **values), "room", at)
        for at, (place, data) in enumerate(
            fields.listed(entry.get("speakers", []), "programme.speakers", _MOST_SPEAKERS)
        ):
            intake.add(_given_speaker(data, place, intake), "speaker", at)
        for at, (place, data) in enumerate(fields.listed(entry.get("sessions"), "programme.sessions", _MOST_SESSIONS)):
            session = intake.add(_given_session(data, place, intake), "session", at)
            _give_people(session, data, place, intake)


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


def _given_speaker(data: Any, place: str, intake: Intake) -> Speaker:
    values = _SPEAKER.given(data, place, intake.fitting)
    if not values["name"] or "\n" in values["name"]:
        raise fields.BundleInvalid(f"{place}.name: is no name")
    key = data.get("organization")
    return Speaker(
        event_id=intake.event_id,
        public_id=basis.free_public_id(Speaker, data.get("public_id"), place),
        sort_name=sort_name(values["name"]),
        organization_id=None if key is None else intake.find("organization", key, place),
        **values,
    )


def _given_session(data: Any, place: str, intake: Intake) -> ProgrammeSession:
    values = _SESSION.given(data, place, intake.fitting)
    if values["starts_at"] >= values["ends_at"]:
        raise fields.BundleInvalid(f"{place}: ends before it starts")
    if intake.is_copy:
        values["revision"] = 1
    room = data.get("room")
    return ProgrammeSession(
        day_id=intake.find("day", data.get("day"), place),
        public_id=basis.free_public_id(ProgrammeSession, data.get("public_id"), place),
        room_id=None if room is None else intake.find("room", room, place),
        **values,
    )


def _give_people(session: ProgrammeSession, data: Any, place: str, intake: Intake) -> None:
    seen = set()
    for at, (where, person) in enumerate(fields.listed(data.get("people", []), f"{place}.people", _MOST_PEOPLE), 1):
        role = _PERSON.given(person, where)["role"]
        speaker_id = intake.find("speaker", person.get("speaker"), where)
        if (speaker_id, role) in seen:
            raise fields.BundleInvalid(f"{where}: somebody does the same thing twice")
        seen.add((speaker_id, role))
        intake.add(SessionPerson(session_id=session.id, speaker_id=speaker_id, role=role, position=at))


def session_numbers(event_id: int) -> dict[int, int]:
    """Return what records call each session: its number, counted from 0."""
    return {session.id: number for number, (session, _day) in enumerate(list_sessions(event_id))}
