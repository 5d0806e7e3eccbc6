"""The programme of an event, for whoever may see the event: the caller has found it. A few statements, however long it is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import defer, joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from eventreg.db import db, found, get_of_event
from eventreg.events.models import EventDay, ProgrammeSession, Room, SessionPerson, Speaker
from eventreg.events.rules.programme import ScheduledSession

#: sessions by id to who speaks there, in the order in which they are announced
PeopleOf = Mapping[int, Sequence[SessionPerson]]


class Programme(NamedTuple):
    """The days of an event with their sessions and rooms, and who speaks. Descriptions and biographies are left out."""

    days: Sequence[EventDay]
    people: PeopleOf


class SessionFound(NamedTuple):
    """One session whole: its day, its room, and its people with institutions and biographies."""

    session: ProgrammeSession
    day: EventDay
    people: Sequence[SessionPerson]


def sessions_loaded() -> _AbstractLoad:
    """Return what loads sessions with rooms, people and institutions in the statement of their days.

    Descriptions and biographies are left out (reading one raises): a page of the whole programme shows none, and they are long.
    """
    return joinedload(EventDay.sessions).options(
        joinedload(ProgrammeSession.room),
        defer(ProgrammeSession.description, raiseload=True),
        joinedload(ProgrammeSession.people)
        .joinedload(SessionPerson.speaker)
        .options(joinedload(Speaker.organization), defer(Speaker.biography, raiseload=True)),
    )


def get_programme(event_id: int) -> Programme:
    """Return the programme of an event in one statement."""
    statement = select(EventDay).where(EventDay.event_id == event_id).order_by(EventDay.held_on)
    days = db.session.scalars(statement.options(sessions_loaded())).unique().all()
    return Programme(days, people_of(days))


def people_of(days: Iterable[EventDay]) -> PeopleOf:
    """Return who speaks in each session of days that were loaded with `sessions_loaded`."""
    return {session.id: session.people for day in days for session in day.sessions}


def names_of(people: PeopleOf) -> dict[int, str]:
    """Return the names of everybody who speaks, by the id of the speaker."""
    return {person.speaker_id: person.speaker.name for group in people.values() for person in group}


def get_session(event_id: int, public_id: str) -> SessionFound:
    """Return a session of this event in two statements. Raises NotFound, also for another event's."""
    statement = (
        select(ProgrammeSession, EventDay)
        .join(EventDay, EventDay.id == ProgrammeSession.day_id)
        .where(EventDay.event_id == event_id, ProgrammeSession.public_id == public_id)
        .options(
            joinedload(ProgrammeSession.room),
            selectinload(ProgrammeSession.people).joinedload(SessionPerson.speaker).joinedload(Speaker.organization),
        )
    )
    session, day = found(db.session.execute(statement).one_or_none())
    return SessionFound(session, day, session.people)


def list_rooms(event_id: int) -> Sequence[Room]:
    """Return the rooms of an event in their order."""
    return db.session.scalars(select(Room).where(Room.event_id == event_id).order_by(Room.position, Room.id)).all()


def list_speakers(event_id: int) -> Sequence[tuple[Speaker, int]]:
    """Return the speakers of an event by name, with their institutions and in how many sessions each speaks."""
    count = (
        select(func.count(SessionPerson.session_id.distinct()))
        .where(SessionPerson.speaker_id == Speaker.id)
        .correlate(Speaker)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Speaker, count)
        .where(Speaker.event_id == event_id)
        .options(joinedload(Speaker.organization))
        .order_by(Speaker.sort_name, Speaker.id)
    )
    return [(speaker, number) for speaker, number in rows]


def get_speaker(event_id: int, public_id: str) -> Speaker:
    """Return a speaker of this event. Raises NotFound, also for another event's."""
    return get_of_event(Speaker, event_id, public_id=public_id)


def slots_of(sessions: Iterable[ProgrammeSession], people: PeopleOf) -> list[ScheduledSession]:
    """Return sessions as what the checks and moves look at."""
    return [
        ScheduledSession(
            session.id,
            session.starts_at,
            session.ends_at,
            session.room_id,
            frozenset(person.speaker_id for person in people.get(session.id, ())),
        )
        for session in sessions
    ]
