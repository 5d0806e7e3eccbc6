"""The sessions of an event in the order by which records call them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm.interfaces import ORMOption

from eventreg.db import db
from eventreg.events.models import EventDay, ProgrammeSession


def list_sessions(event_id: int, *options: ORMOption) -> Sequence[tuple[str, ProgrammeSession]]:
    """Return the sessions with their dates, by day and hour; those of one hour in the order in which they were made.

    They are put in in this order as well, so that it stays the same wherever the event goes.
    """
    rows = db.session.execute(
        select(EventDay.held_on, ProgrammeSession)
        .join(EventDay, EventDay.id == ProgrammeSession.day_id)
        .where(EventDay.event_id == event_id)
        .options(*options)
        .order_by(EventDay.held_on, ProgrammeSession.starts_at, ProgrammeSession.id)
    )
    return [(row.held_on.isoformat(), row.ProgrammeSession) for row in rows]


def session_numbers(event_id: int) -> dict[int, int]:
    """Return what records call each session: its number, counted from 0."""
    return {session.id: number for number, (_day, session) in enumerate(list_sessions(event_id))}
