"""Who signed up for the sessions of an event, as far as somebody may know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from eventreg.db import db
from eventreg.events.models import EventDay, ProgrammeSession
from eventreg.events.rules.seats import Places
from eventreg.events.rules.team import Scope
from eventreg.registration.models import Registration, SessionPlace
from eventreg.registration.queries.scoping import in_scope


@dataclass(frozen=True)
class SessionCount:
    """A session that people sign up for, with how many of those in sight did."""

    session: ProgrammeSession
    held_on: date
    count: int

    @property
    def is_over(self) -> bool:
        """Whether more places are taken than there are, since there are fewer than before."""
        return Places(self.session.places, self.count).over > 0


def list_session_counts(event_id: int, scope: Scope) -> Sequence[SessionCount]:
    """Return the sessions one signs up for, and those that still hold people, in the order of the programme."""
    people = (
        select(SessionPlace.session_id, func.count().label("people"))
        .join(Registration, Registration.id == SessionPlace.registration_id)
        .where(Registration.event_id == event_id)
        .group_by(SessionPlace.session_id)
    )
    counted = in_scope(people, event_id, scope).subquery()
    rows = db.session.execute(
        select(ProgrammeSession, EventDay.held_on, func.coalesce(counted.c.people, 0))
        .join(EventDay, EventDay.id == ProgrammeSession.day_id)
        .outerjoin(counted, counted.c.session_id == ProgrammeSession.id)
        .where(EventDay.event_id == event_id, ProgrammeSession.takes_sign_up | (counted.c.people > 0))
        .order_by(EventDay.held_on, ProgrammeSession.starts_at, ProgrammeSession.id)
    )
    return [SessionCount(session, held_on, count) for session, held_on, count in rows]


def list_session_people(event_id: int, session_id: int, scope: Scope) -> Sequence[Registration]:
    """Return who holds a place in a session, by name, with their categories."""
    statement = (
        select(Registration)
        .join(SessionPlace, SessionPlace.registration_id == Registration.id)
        .where(SessionPlace.session_id == session_id, Registration.event_id == event_id)
        .options(joinedload(Registration.category))
        .order_by(Registration.sort_name, Registration.id)
    )
    return db.session.scalars(in_scope(statement, event_id, scope)).all()
