"""An event as registering needs it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from eventreg.db import db, found, lock_row
from eventreg.events.models import Event, EventDay, Partner, PrivacyNotice
from eventreg.events.rules.publication import PUBLIC, check_changeable


def get_published_event(slug: str) -> Event:
    """Return an event that is public, in whichever state, with categories and days: two statements. Raises NotFound."""
    return _whole(Event.slug == slug, Event.publication.in_(PUBLIC))


def lock_event(event_id: int) -> Event:
    """Load an event with its categories afresh and hold its row: what guards every decision about places.

    Raises NotFound, and LifecycleRefused for an archived event: nothing of it changes any more.
    """
    event = lock_event_in_any_state(event_id)
    check_changeable(event.publication)
    return event


def lock_event_in_any_state(event_id: int) -> Event:
    """Hold an event's row like `lock_event`, archived or not: for what people may do with their own data, for the team
    and the trail of looks, and for changing the state itself. Raises NotFound."""
    return lock_row(select(Event).options(joinedload(Event.categories)).where(Event.id == event_id))


def get_event_whole(event_id: int) -> Event:
    """Return an event with its categories and days, whether or not it is published. Raises NotFound."""
    return _whole(Event.id == event_id)


def list_credited(event_id: int) -> Sequence[Partner]:
    """Return the institutions of an event with their records, in the order in which they are named."""
    return db.session.scalars(
        select(Partner)
        .options(joinedload(Partner.organization))
        .where(Partner.event_id == event_id)
        .order_by(Partner.position)
    ).all()


def list_days(event_id: int) -> Sequence[EventDay]:
    """Return the days of an event in order, without their programme."""
    return db.session.scalars(select(EventDay).where(EventDay.event_id == event_id).order_by(EventDay.held_on)).all()


def find_current_notice(event_id: int) -> PrivacyNotice | None:
    """Return the newest privacy notice of an event."""
    return db.session.scalars(
        select(PrivacyNotice).where(PrivacyNotice.event_id == event_id).order_by(PrivacyNotice.version.desc()).limit(1)
    ).first()


def get_event_with_picture(event_id: int) -> Event:
    """Return an event with the row of its picture, in one statement. Raises NotFound."""
    statement = select(Event).options(joinedload(Event.picture)).where(Event.id == event_id)
    return found(db.session.scalar(statement.execution_options(populate_existing=True)))


def list_notices(event_id: int) -> Sequence[PrivacyNotice]:
    """Return the published versions, the newest first, fifty at most."""
    return db.session.scalars(
        select(PrivacyNotice)
        .where(PrivacyNotice.event_id == event_id)
        .order_by(PrivacyNotice.version.desc())
        .limit(_LONGEST_LIST)
    ).all()


def _whole(*conditions: ColumnElement[bool]) -> Event:
    statement = select(Event).options(joinedload(Event.categories), selectinload(Event.days)).where(*conditions)
    return found(db.session.scalars(statement).unique().one_or_none())


_LONGEST_LIST = 50
