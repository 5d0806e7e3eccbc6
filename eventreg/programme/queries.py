"""Materials as each reader finds them, and what sessions leave behind, in the order of the programme.

A material that cannot be opened yet is not found.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.sql import Select as SqlSelect

from eventreg.db import db, found, get_of_event
from eventreg.events.models import EventDay, Material, ProgrammeSession, SessionOutcome
from eventreg.events.rules.programme import MaterialAudience
from eventreg.programme.rules.materials import Reader, may_open


class SessionOfDay(NamedTuple):
    """A session with the day that it is on."""

    session: ProgrammeSession
    held_on: date


def list_sessions(event_id: int, *options: ORMOption) -> Sequence[SessionOfDay]:
    """Return the sessions of an event in the order of its programme; those of one hour in that in which they were made."""
    rows = db.session.execute(
        select(ProgrammeSession, EventDay.held_on)
        .join(EventDay, EventDay.id == ProgrammeSession.day_id)
        .where(EventDay.event_id == event_id)
        .options(*options)
        .order_by(EventDay.held_on, ProgrammeSession.starts_at, ProgrammeSession.id)
    )
    return [SessionOfDay(session, held_on) for session, held_on in rows]


def list_materials(event_id: int) -> Sequence[Material]:
    """Return all materials of an event, whoever can open them, in the order of each session."""
    return db.session.scalars(_ordered().where(Material.event_id == event_id)).all()


def list_openable(event_id: int, reader: Reader, now: datetime) -> Sequence[Material]:
    """Return what `reader` can open now, of the event and of its sessions, in one statement."""
    return db.session.scalars(_ordered().where(Material.event_id == event_id, _openable(reader, now))).all()


def list_openable_of(event_id: int, session_id: int | None, reader: Reader, now: datetime) -> Sequence[Material]:
    """Return what `reader` can open now of one session, or of the event as a whole (None)."""
    # Asked here and not in the statement, so that whoever keeps the page sees when more can be opened.
    found = db.session.scalars(_ordered().where(Material.event_id == event_id, Material.session_id == session_id))
    return [material for material in found if may_open(material, reader, now)]


def get_material(event_id: int, public_id: str) -> Material:
    """Return a material of this event, whoever can open it. Raises NotFound, also for another event's."""
    return get_of_event(Material, event_id, public_id=public_id)


def get_openable_file(event_id: int, public_id: str, reader: Reader, now: datetime) -> Material:
    """Return a material with a file that `reader` can open now.

    Raises NotFound for any other: what is not released, is for others, belongs to another event, or is not there.
    """
    statement = _ordered().where(Material.event_id == event_id, Material.public_id == public_id, Material.file_id != "")
    return found(db.session.scalar(statement.where(_openable(reader, now))))


def _openable(reader: Reader, now: datetime) -> ColumnElement[bool]:
    """The rule of `rules.materials.may_open` as a condition."""
    if reader is Reader.TEAM:
        return true()
    released = or_(Material.released_at.is_(None), Material.released_at <= now)
    if reader is Reader.CONFIRMED:
        return released
    return and_(released, Material.audience == MaterialAudience.EVERYBODY)


def _ordered() -> Select[Material]:
    return select(Material).order_by(Material.session_id, Material.position, Material.id)


def list_outcomes(event_id: int, *, only_public: bool) -> Sequence[SessionOutcome]:
    """Return the outcomes of all sessions of an event, by session and in the order of each."""
    statement = _of_event(event_id).order_by(
        EventDay.held_on, ProgrammeSession.starts_at, ProgrammeSession.id, SessionOutcome.position, SessionOutcome.id
    )
    if only_public:
        statement = statement.where(SessionOutcome.is_public)
    return db.session.scalars(statement).all()


def list_public_of_session(session_id: int) -> Sequence[SessionOutcome]:
    """Return what of one session is public."""
    return db.session.scalars(
        select(SessionOutcome)
        .where(SessionOutcome.session_id == session_id, SessionOutcome.is_public)
        .order_by(SessionOutcome.position, SessionOutcome.id)
    ).all()


def count_public(event_id: int) -> int:
    """Return how many outcomes of an event are public."""
    statement = _of_event(event_id).where(SessionOutcome.is_public).with_only_columns(func.count(SessionOutcome.id))
    return db.session.scalar(statement) or 0


def get_outcome(event_id: int, outcome_id: int) -> SessionOutcome:
    """Return an outcome of this event. Raises NotFound, also for another event's."""
    return found(db.session.scalar(_of_event(event_id).where(SessionOutcome.id == outcome_id)))


def _of_event(event_id: int) -> SqlSelect[SessionOutcome]:
    return (
        select(SessionOutcome)
        .join(ProgrammeSession, ProgrammeSession.id == SessionOutcome.session_id)
        .join(EventDay, EventDay.id == ProgrammeSession.day_id)
        .where(EventDay.event_id == event_id)
    )
