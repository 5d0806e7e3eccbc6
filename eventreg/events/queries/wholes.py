"""Events for whoever takes whole ones out: the command line, the page of copies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.models import Event, EventDay, TeamMember
from eventreg.events.rules.publication import Publication
from eventreg.events.rules.team import TeamRole


class WholeEvent(NamedTuple):
    """A line of the list of all events."""

    slug: str
    publication: Publication
    title: dict[str, str]
    languages: list[str]
    #: None: no day is set
    first_day: date | None


def list_whole_events() -> Sequence[WholeEvent]:
    """Return every event, by its name in addresses."""
    rows = db.session.execute(
        select(Event.slug, Event.publication, Event.title, Event.languages, func.min(EventDay.held_on))
        .outerjoin(EventDay, EventDay.event_id == Event.id)
        .group_by(Event.id)
    )
    # Ordered here: each database has its own order of letters. JSON columns are compared by the key alone.
    return sorted((WholeEvent(*row) for row in rows), key=lambda event: event.slug)


def find_event(slug: str) -> Event | None:
    """Return the event with this name in addresses, whatever its state."""
    return db.session.scalar(select(Event).where(Event.slug == slug))


def list_slugs() -> Collection[str]:
    """Return the names in addresses of all events, for a suggestion that is free."""
    return set(db.session.scalars(select(Event.slug)))


def list_copyable_events(account_id: int) -> Sequence[Event]:
    """Return the events that an account could copy: those that it owns or manages, the newest first. At most fifty."""
    return db.session.scalars(
        select(Event)
        .join(TeamMember, TeamMember.event_id == Event.id)
        .where(TeamMember.account_id == account_id, TeamMember.role.in_((TeamRole.OWNER, TeamRole.MANAGER)))
        .order_by(Event.id.desc())
        .limit(50)
    ).all()


def owns_an_event(account_id: int) -> bool:
    """Say whether an account is an owner somewhere."""
    statement = select(TeamMember.id).where(TeamMember.account_id == account_id, TeamMember.role == TeamRole.OWNER)
    return db.session.scalar(statement.limit(1)) is not None
