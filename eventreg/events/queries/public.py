"""Events as the public reads them, one or in lists, in every state but one: a draft is not found."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Select, exists, func, select, tuple_
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from eventreg.db import db, found
from eventreg.events.models import Event, EventDay, Partner, PrivacyNotice
from eventreg.events.queries.programme import sessions_loaded
from eventreg.events.rules.publication import PUBLIC
from eventreg.organizations.models import Organization

#: what is listed: of a quiet event only who has its address finds a page
LISTED = (Event.publication.in_(PUBLIC), Event.is_quiet.is_(False))
#: the list of events goes back this far; it is a page, not an archive
_LONGEST_LIST = 100


class PublicEvent(NamedTuple):
    """An event with what its page shows, and whether it has a privacy notice."""

    event: Event
    has_notice: bool


def get_public_event(slug: str, *, with_drafts: bool = False) -> PublicEvent:
    """Return an event with categories, picture, days, programme and institutions, in three statements. Raises NotFound.

    `with_drafts`: for a preview, whose right was asked for before.
    """
    return _get(
        slug,
        with_drafts,
        joinedload(Event.categories),
        joinedload(Event.picture),
        selectinload(Event.days).options(sessions_loaded()),
        _with_institutions(),
    )


def get_credited_event(slug: str, *, with_drafts: bool = False) -> PublicEvent:
    """Return an event with its institutions, for pages that only bear its name, in two statements. Raises NotFound."""
    return _get(slug, with_drafts, _with_institutions())


def list_public_events() -> Sequence[Event]:
    """Return the public events with days, categories and institutions, in four statements, the latest day first.

    Events whose days are not set yet come first. At most a hundred.
    """
    last_day = _last_days().subquery()
    return db.session.scalars(
        select(Event)
        .outerjoin(last_day, last_day.c.event_id == Event.id)
        .where(*LISTED)
        .order_by(last_day.c.held_on.is_not(None), last_day.c.held_on.desc(), Event.id.desc())
        .limit(_LONGEST_LIST)
        .options(selectinload(Event.days), selectinload(Event.categories), _with_institutions())
    ).all()


def _get(slug: str, with_drafts: bool, *parts: ORMOption) -> PublicEvent:
    has_notice = exists().where(PrivacyNotice.event_id == Event.id)
    statement = select(Event, has_notice).where(Event.slug == slug).options(*parts)
    if not with_drafts:
        statement = statement.where(Event.publication.in_(PUBLIC))
    event, has = found(db.session.execute(statement).unique().one_or_none())
    return PublicEvent(event, has)


def _with_institutions() -> ORMOption:
    """Load institutions with their logos, whose bytes stay where they are."""
    return selectinload(Event.partners).joinedload(Partner.organization).joinedload(Organization.logo)


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
        .where(*LISTED)
        .order_by(announced_at.desc(), Event.id.desc())
        .limit(LONGEST_FEED)
        .options(selectinload(Event.days), selectinload(Event.partners).joinedload(Partner.organization))
    ).all()


def list_for_sitemap() -> Sequence[Event]:
    """Return the public events with nothing beside them, the newest first, in one statement."""
    return db.session.scalars(select(Event).where(*LISTED).order_by(Event.id.desc()).limit(LONGEST_SITEMAP)).all()


def page_of_past(today: date, before: tuple[date, int] | None, limit: int) -> PastPage:
    """Return public events whose last day is before `today`, in two statements; `before` is the key of an earlier page.

    The day is that of the reader's instance: an event that ends today is not past yet.
    """
    last = _last_days().subquery()
    statement = (
        select(Event, last.c.held_on)
        .join(last, last.c.event_id == Event.id)
        .where(*LISTED, last.c.held_on < today)
        .order_by(last.c.held_on.desc(), Event.id.desc())
        .limit(limit + 1)
        .options(selectinload(Event.days))
    )
    if before is not None:
        statement = statement.where(tuple_(last.c.held_on, Event.id) < before)
    listed = [Announced(event, held_on) for event, held_on in db.session.execute(statement)]
    shown = listed[:limit]
    more = (shown[-1].last_day, shown[-1].event.id) if len(listed) > limit else None
    return PastPage(shown, more)


def _last_days() -> Select[int, date]:
    return select(EventDay.event_id, func.max(EventDay.held_on).label("held_on")).group_by(EventDay.event_id)
