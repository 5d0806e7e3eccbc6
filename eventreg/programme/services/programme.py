"""Making an event's programme: sessions are added, edited, moved and removed.

Each use case holds the event's row, which an archived event refuses (LifecycleRefused), and raises the revision of every
session that it changes: whoever saves says which one was seen, and calendars carry it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from eventreg.audit.services import Actor, Target, note
from eventreg.db import db
from eventreg.events.models import EventDay, ProgrammeSession, Room, SessionPerson, Speaker
from eventreg.events.queries.events import holding_event
from eventreg.events.queries.programme import get_session, slots_of
from eventreg.events.rules.programme import SpeakerRole
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import folded, merged
from eventreg.programme.queries import list_sessions
from eventreg.programme.rules.sessions import MOST_SESSIONS, People, ProgrammeReason, SessionEntry, check_entry, moved
from eventreg.programme.services.speakers import find_or_add_speakers
from eventreg.web.sockets import FunctionSocket

_TEXTS = ("title", "note", "description")
_PLAIN = ("day_id", "kind", "starts_at", "ends_at", "room_id", "takes_sign_up", "places")


def add_session(event_id: int, entry: SessionEntry, actor: Actor) -> str:
    """Add a session and return its public id. The same one sent twice (day, room, hours and title) is added once.

    Names that no speaker of the event has become speakers. Raises Refused: ENDS_BEFORE_START, NO_TITLE,
    NO_SUCH_DAY, NO_SUCH_ROOM, TOO_MANY.
    """
    (public_id,) = add_sessions(event_id, [entry], actor)
    return public_id


def add_sessions(event_id: int, entries: Sequence[SessionEntry], actor: Actor) -> list[str]:
    """Add several sessions, all or none, and return their public ids. As `add_session`."""
    for entry in entries:
        check_entry(entry)
    with holding_event(event_id):
        known = _sessions_of(event_id)
        if len(known) + len(entries) > MOST_SESSIONS:
            raise Refused(ProgrammeReason.TOO_MANY, limit=MOST_SESSIONS)
        return [_add(event_id, entry, known, actor).public_id for entry in entries]


def replace_day(
    event_id: int, day_id: int, entries: Sequence[SessionEntry], seen: Mapping[str, int], actor: Actor
) -> list[str]:
    """Let a day consist of exactly these sessions, and return their public ids. `left_out` says which are removed for it.

    `seen` are public ids and revisions of the day's sessions as they were shown. Raises Refused: CHANGED_MEANWHILE when
    they are others now, HAVE_SIGN_UPS for one that would be removed, and the reasons of `add_session`.
    """
    for entry in entries:
        check_entry(entry)
    with holding_event(event_id):
        known = _sessions_of(event_id)
        of_day = [session for session in known if session.day_id == day_id]
        if {session.public_id: session.revision for session in of_day} != dict(seen):
            raise Refused(ProgrammeReason.CHANGED_MEANWHILE)
        for session in left_out(of_day, entries):
            if count_sign_ups(session.id):
                raise Refused(ProgrammeReason.HAVE_SIGN_UPS, title=dict(session.title))
            _remove(event_id, session, 0, actor)
            known.remove(session)
        if len(known) + len(entries) > MOST_SESSIONS:
            raise Refused(ProgrammeReason.TOO_MANY, limit=MOST_SESSIONS)
        return [_add(event_id, entry, known, actor).public_id for entry in entries]


def left_out(sessions: Sequence[ProgrammeSession], entries: Sequence[SessionEntry]) -> list[ProgrammeSession]:
    """Return those sessions that are none of the entries: another day, room, hour or title."""
    return [session for session in sessions if not any(_is_same(session, entry) for entry in entries)]


def edit_session(
    event_id: int,
    public_id: str,
    entry: SessionEntry,
    languages: Sequence[str],
    seen_revision: int,
    actor: Actor,
) -> None:
    """Save a session as `entry` has it; texts in other languages than `languages` stay.

    Raises NotFound and Refused: CHANGED_MEANWHILE when it is no longer the revision that was seen, and the reasons
    of `add_session`.
    """
    check_entry(entry)
    with holding_event(event_id):
        session = get_session(event_id, public_id).session
        if session.revision != seen_revision:
            raise Refused(ProgrammeReason.CHANGED_MEANWHILE)
        _check_place(event_id, entry)
        new: dict[str, Any] = {name: getattr(entry, name) for name in _PLAIN}
        new |= {name: merged(getattr(session, name), getattr(entry, name), languages) for name in _TEXTS}
        changed = {
            name: [_told(getattr(session, name)), _told(value)]
            for name, value in new.items()
            if getattr(session, name) != value
        }
        for name, value in new.items():
            setattr(session, name, value)
        changed |= _save_people(event_id, session, entry.people, actor)
        if changed:
            session.revision += 1
            note(Target(ProgrammeSession, session.id, event_id), "session_changed", actor, changed=changed)


def move_session(event_id: int, public_id: str, actor: Actor, *, earlier: bool, seen_revision: int) -> None:
    """Let a session exchange places with its neighbour of the day (rules.programme_moves); durations stay.

    Raises NotFound and Refused: CANNOT_MOVE, CHANGED_MEANWHILE.
    """
    with holding_event(event_id):
        session = get_session(event_id, public_id).session
        if session.revision != seen_revision:
            raise Refused(ProgrammeReason.CHANGED_MEANWHILE)
        of_day = {each.id: each for each in _sessions_of(event_id) if each.day_id == session.day_id}
        hours = moved(slots_of(of_day.values(), {}), session.id, earlier=earlier)
        if hours is None:
            raise Refused(ProgrammeReason.CANNOT_MOVE)
        changed: dict[str, Any] = {}
        for session_id, (starts_at, ends_at) in hours.items():
            each = of_day[session_id]
            changed[each.public_id] = [_hours(each), f"{starts_at:%H:%M}–{ends_at:%H:%M}"]
            each.starts_at, each.ends_at = starts_at, ends_at
            each.revision += 1
        note(Target(ProgrammeSession, session.id, event_id), "session_moved", actor, changed=changed)


def remove_session(event_id: int, public_id: str, actor: Actor, *, seen_revision: int, is_confirmed: bool) -> None:
    """Remove a session with its conclusions; its materials stay with the event.

    Raises NotFound and Refused: CHANGED_MEANWHILE, and HAS_SIGN_UPS while nobody has confirmed that
    the people who signed up for it lose it.
    """
    with holding_event(event_id):
        session = get_session(event_id, public_id).session
        if session.revision != seen_revision:
            raise Refused(ProgrammeReason.CHANGED_MEANWHILE)
        count = count_sign_ups(session.id)
        if count and not is_confirmed:
            raise Refused(ProgrammeReason.HAS_SIGN_UPS, num=count)
        _remove(event_id, session, count, actor)


def _remove(event_id: int, session: ProgrammeSession, sign_ups: int, actor: Actor) -> None:
    title = dict(session.title)
    note(
        Target(ProgrammeSession, session.id, event_id),
        "session_removed",
        actor,
        title=title,
        hours=_hours(session),
        sign_ups=sign_ups,
    )
    db.session.delete(session)


def _add(event_id: int, entry: SessionEntry, known: list[ProgrammeSession], actor: Actor) -> ProgrammeSession:
    for session in known:
        if _is_same(session, entry):
            return session
    _check_place(event_id, entry)
    session = ProgrammeSession(
        **{name: getattr(entry, name) for name in _PLAIN},
        **{name: dict(getattr(entry, name)) for name in _TEXTS},
        people=[],
    )
    db.session.add(session)
    db.session.flush()
    known.append(session)
    _save_people(event_id, session, entry.people, actor)
    note(
        Target(ProgrammeSession, session.id, event_id),
        "session_added",
        actor,
        title=dict(entry.title),
        hours=_hours(session),
    )
    return session


def _is_same(session: ProgrammeSession, entry: SessionEntry) -> bool:
    names = ("day_id", "room_id", "starts_at", "ends_at")
    return dict(session.title) == dict(entry.title) and all(
        getattr(session, name) == getattr(entry, name) for name in names
    )


def _check_place(event_id: int, entry: SessionEntry) -> None:
    """Refuse a day or a room of another event."""
    days = select(func.count()).select_from(EventDay).where(EventDay.id == entry.day_id, EventDay.event_id == event_id)
    if not db.session.scalar(days):
        raise Refused(ProgrammeReason.NO_SUCH_DAY)
    if entry.room_id is None:
        return
    rooms = select(func.count()).select_from(Room).where(Room.id == entry.room_id, Room.event_id == event_id)
    if not db.session.scalar(rooms):
        raise Refused(ProgrammeReason.NO_SUCH_ROOM)


def _sessions_of(event_id: int) -> list[ProgrammeSession]:
    return [session for session, _day in list_sessions(event_id)]


def _save_people(event_id: int, session: ProgrammeSession, people: Sequence[People], actor: Actor) -> dict[str, Any]:
    """Let exactly these people be in the session; return what changed, as names by role."""
    present: Mapping[str, Speaker] = {folded(person.speaker.name): person.speaker for person in session.people}
    wanted: list[tuple[SpeakerRole, Speaker]] = []
    for role in SpeakerRole:
        names = [name for group in people if group.role is role for name in group.names]
        for speaker in find_or_add_speakers(event_id, names, present, actor):
            if (role, speaker) not in wanted:
                wanted.append((role, speaker))
    old = [(person.role, person.speaker) for person in session.people]
    if old == wanted:
        return {}
    session.people.clear()
    db.session.flush()  # the rows go before those of the same people in the same role come
    session.people.extend(
        SessionPerson(speaker_id=speaker.id, speaker=speaker, role=role, position=position)
        for position, (role, speaker) in enumerate(wanted, 1)
    )
    db.session.flush()
    return {"people": [_named(old), _named(wanted)]}


def _named(people: Sequence[tuple[SpeakerRole, Speaker]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for role, speaker in people:
        found.setdefault(role.value, []).append(speaker.name)
    return found


def _hours(session: ProgrammeSession) -> str:
    return f"{session.starts_at:%H:%M}–{session.ends_at:%H:%M}"


def _told(value: Any) -> Any:
    """Return a value as the audit trail keeps it: plain JSON."""
    if hasattr(value, "strftime"):
        return f"{value:%H:%M}"
    return getattr(value, "value", value)


#: how many people hold a place in a session, in the caller's transaction: whoever keeps sign-ups stands above
count_sign_ups: FunctionSocket[[int], int] = FunctionSocket("session_sign_ups")
