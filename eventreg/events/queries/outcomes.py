"""What sessions leave behind: remarks and recommendations, in the order of the programme."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.sql import Select

from eventreg.db import db
from eventreg.events.models import EventDay, ProgrammeSession, SessionOutcome
from eventreg.kernel.errors import NotFound


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
    outcome = db.session.scalar(_of_event(event_id).where(SessionOutcome.id == outcome_id))
    if outcome is None:
        raise NotFound
    return outcome


def _of_event(event_id: int) -> Select[SessionOutcome]:
    return (
        select(SessionOutcome)
        .join(ProgrammeSession, ProgrammeSession.id == SessionOutcome.session_id)
        .join(EventDay, EventDay.id == ProgrammeSession.day_id)
        .where(EventDay.event_id == event_id)
    )
