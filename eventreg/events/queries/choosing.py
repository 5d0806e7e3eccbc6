"""What of an event can be chosen in an answer: its institutions, the sessions that people sign up for."""

from __future__ import annotations

from datetime import date, time
from typing import NamedTuple

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import EventDay, Partner, ProgrammeSession
from eventreg.kernel.text import LocalizedText
from eventreg.organizations.models import Organization


class SignUpSession(NamedTuple):
    """A session that people sign up for."""

    public_id: str
    title: LocalizedText
    held_on: date
    starts_at: time
    ends_at: time


def list_institution_names(event_id: int) -> list[LocalizedText]:
    """Return the names of an event's institutions in the order in which they are named. One statement."""
    rows = db.session.scalars(
        select(Organization.name)
        .join(Partner, Partner.organization_id == Organization.id)
        .where(Partner.event_id == event_id)
        .order_by(Partner.position)
    )
    return list(rows)


def list_sign_up_sessions(event_id: int) -> list[SignUpSession]:
    """Return the sessions that people sign up for, in the order of the programme. One statement."""
    rows = db.session.execute(
        select(
            ProgrammeSession.public_id,
            ProgrammeSession.title,
            EventDay.held_on,
            ProgrammeSession.starts_at,
            ProgrammeSession.ends_at,
        )
        .join(EventDay, EventDay.id == ProgrammeSession.day_id)
        .where(EventDay.event_id == event_id, ProgrammeSession.takes_sign_up)
        .order_by(EventDay.held_on, ProgrammeSession.starts_at, ProgrammeSession.id)
    )
    return [SignUpSession(*row) for row in rows]
