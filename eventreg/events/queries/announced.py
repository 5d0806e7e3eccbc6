"""Public events as lists that machines and archives read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import selectinload

from eventreg.db import db
from eventreg.events.models import Event, EventDay, Partner
from eventreg.events.rules.publication import PUBLIC

#: a feed is what is new; the archive has the rest
LONGEST_FEED = 100
#: of the protocol: one file names at most so many addresses (sitemaps.org); far more than an instance has events
LONGEST_SITEMAP = 10_000


class Announced(NamedTuple):
    """An event and the date of its last day."""

    event: Event
    last_day: date


class PastPage(NamedTuple):
    """Past events, the latest first, and the key of the page after it; None at the end."""

    events: list[Announced]
    next_before: tuple[date, int] | None


def list_for_feeds() -> Sequence[Event]:
    """Return the newest public events with their days and institutions, the last announced first, in three statements."""
    announced_at = func.coalesce(Event.publication_changed_at, Event.created_at)
    return db.session.scalars(
        select(Event)
        .where(Event.publication.in_(PUBLIC))
        .order_by(announced_at.desc(), Event.id.desc())
        .limit(LONGEST_FEED)
        .options(selectinload(Event.days), selectinload(Event.partners).joinedload(Partner.organization))
    ).all()


def list_for_sitemap() -> Sequence[Event]:
    """Return the public events with nothing beside them, the newest first, in one statement."""
    return db.session.scalars(
        select(Event).where(Event.publication.in_(PUBLIC)).order_by(Event.id.desc()).limit(LONGEST_SITEMAP)
    ).all()


def page_of_past(today: date, before: tuple[date, int] | None, limit: int) -> PastPage:
    """Return public events whose last day is before `today`, in two statements; `before` is the key of an earlier page.

    The day is that of the reader's instance: an event that ends today is not past yet.
    """
    last = _last_days().subquery()
    statement = (
        select(Event, last.c.held_on)
        .join(last, last.c.event_id == Event.id)
        .where(Event.publication.in_(PUBLIC), last.c.held_on < today)
        .order_by(last.c.held_on.desc(), Event.id.desc())
        .limit(limit + 1)
        .options(selectinload(Event.days))
    )
    if before is not None:
        statement = statement.where(tuple_(last.c.held_on, Event.id) < before)
    found = [Announced(event, held_on) for event, held_on in db.session.execute(statement)]
    shown = found[:limit]
    more = (shown[-1].last_day, shown[-1].event.id) if len(found) > limit else None
    return PastPage(shown, more)


def _last_days() -> Select[int, date]:
    return select(EventDay.event_id, func.max(EventDay.held_on).label("held_on")).group_by(EventDay.event_id)
