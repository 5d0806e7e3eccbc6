"""Sessions that people sign up for, and who holds places in them."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from eventreg.db import Part, db, read_together
from eventreg.events.models import Event, EventDay, ProgrammeSession
from eventreg.events.rules.seats import Places
from eventreg.questionnaires.kinds import SessionChoice
from eventreg.registration.models import SessionPlace
from eventreg.registration.rules.sessions import OfferedSession


class ChosenSession(NamedTuple):
    """A session somebody holds a place in, with its day."""

    session: ProgrammeSession
    held_on: date


def list_offered(event: Event, registration_id: int) -> list[OfferedSession]:
    """Return the sessions of an event that one signs up for, as this person finds them, in the order of the programme.

    Two statements. Read under the event's lock where a choice depends on it.
    """
    rows = db.session.execute(
        select(ProgrammeSession, EventDay.held_on)
        .join(EventDay, EventDay.id == ProgrammeSession.day_id)
        .where(EventDay.event_id == event.id, ProgrammeSession.takes_sign_up)
        .options(joinedload(ProgrammeSession.room))
        .order_by(EventDay.held_on, ProgrammeSession.starts_at, ProgrammeSession.id)
        .execution_options(populate_existing=True)
    ).all()
    counts = _count_and_own([session.id for session, _held_on in rows], registration_id) if rows else {}
    zone = ZoneInfo(event.time_zone)
    return [
        OfferedSession(
            id=session.id,
            public_id=session.public_id,
            title=session.title,
            held_on=held_on,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            begins_at=datetime.combine(held_on, session.starts_at, zone).astimezone(UTC),
            room=session.room.name if session.room is not None else {},
            places=Places(session.places, counts.get(session.id, (0, 0))[0]),
            is_chosen=bool(counts.get(session.id, (0, 0))[1]),
        )
        for session, held_on in rows
    ]


def list_session_choices(event: Event, at: datetime, *, is_told: bool = True) -> list[SessionChoice]:
    """Return the sessions of an event as a form of somebody new offers them, with the places left. Two statements.

    `is_told`: whether its reader may know of these.
    """
    return [
        SessionChoice(
            each.public_id,
            each.title,
            each.held_on,
            each.starts_at,
            each.ends_at,
            each.free if is_told else None,
            is_full=(is_told and each.is_full_for_them) or each.begins_at <= at,
        )
        for each in list_offered(event, 0)
    ]


def offers_sessions(event_id: int) -> bool:
    """Say whether an event has sessions that one signs up for."""
    return bool(
        db.session.scalar(
            select(ProgrammeSession.id)
            .join(EventDay, EventDay.id == ProgrammeSession.day_id)
            .where(EventDay.event_id == event_id, ProgrammeSession.takes_sign_up)
            .limit(1)
        )
    )


def list_chosen(registration_id: int) -> Sequence[ChosenSession]:
    """Return the sessions that somebody holds a place in, in the order of the programme, with their rooms."""
    (rows,) = read_together(chosen_by(registration_id))
    return [ChosenSession(session, held_on) for session, held_on in rows]


def chosen_by(registration_id: int) -> Part:
    """Return these sessions with their days, to be read with other things."""
    return Part(
        (ProgrammeSession, EventDay.held_on),
        [
            (SessionPlace, SessionPlace.registration_id == registration_id),
            (ProgrammeSession, ProgrammeSession.id == SessionPlace.session_id),
            (EventDay, EventDay.id == ProgrammeSession.day_id),
        ],
        [EventDay.held_on, ProgrammeSession.starts_at, ProgrammeSession.id],
        options=[joinedload(ProgrammeSession.room)],
    )


def count_session_people(session_id: int) -> int:
    """Return how many people hold a place in a session."""
    return db.session.scalar(select(func.count()).where(SessionPlace.session_id == session_id)) or 0


def _count_and_own(session_ids: Collection[int], registration_id: int) -> dict[int, tuple[int, int]]:
    """Return for each session how many places are taken, and how many by this person: none or one."""
    own = func.count(SessionPlace.id).filter(SessionPlace.registration_id == registration_id)
    rows = db.session.execute(
        select(SessionPlace.session_id, func.count(SessionPlace.id), own)
        .where(SessionPlace.session_id.in_(session_ids))
        .group_by(SessionPlace.session_id)
    )
    return {session_id: (count, held) for session_id, count, held in rows}
