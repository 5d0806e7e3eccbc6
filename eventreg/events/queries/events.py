"""An event and what hangs on it, as one of its rooms needs it: for registering, for a preview, for its team, for answers that
choose of it.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import joinedload, selectinload

from eventreg.db import db, found, lock_row, locking, transaction
from eventreg.events.models import Category, Event, EventDay, Partner, PrivacyNotice, ProgrammeSession
from eventreg.events.rules.publication import PUBLIC, Publication, check_changeable
from eventreg.kernel.errors import NotFound
from eventreg.kernel.text import LocalizedText
from eventreg.kernel.tokens import public_id_of, token_fits
from eventreg.organizations.models import Organization
from eventreg.web.instance import keys


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


_LOCKED = locking(select(Event).options(joinedload(Event.categories)).where(Event.id == bindparam("event_id")))


def lock_event_in_any_state(event_id: int) -> Event:
    """Hold an event's row like `lock_event`, archived or not: for what people may do with their own data, for the team
    and the trail of looks, and for changing the state itself. Raises NotFound."""
    return lock_row(_LOCKED, event_id=event_id)


@contextmanager
def holding_event(event_id: int) -> Iterator[Event]:
    """Run a block as one transaction that holds an event's row from its beginning: `transaction` and `lock_event`."""
    with transaction():
        yield lock_event(event_id)


@contextmanager
def holding_event_in_any_state(event_id: int) -> Iterator[Event]:
    """Run a block like `holding_event`, the event being archived or not."""
    with transaction():
        yield lock_event_in_any_state(event_id)


def get_event_whole(event_id: int) -> Event:
    """Return an event with its categories and days, whether or not it is published. Raises NotFound."""
    return _whole(Event.id == event_id)


def list_credited(event_id: int) -> Sequence[Partner]:
    """Return the institutions of an event with their records and logos, in the order in which they are named."""
    return db.session.scalars(
        select(Partner)
        .options(joinedload(Partner.organization).joinedload(Organization.logo))
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


#: what the link is derived for
PREVIEW = "preview"


def get_slug_by_preview(token: str) -> tuple[str, bool]:
    """Return the slug of the event whose preview link `token` is, and whether it is still a draft. Raises NotFound.

    A link that was replaced or switched off is NotFound, like one that never was.
    """
    found = db.session.execute(
        select(Event.slug, Event.public_id, Event.preview_generation, Event.publication).where(
            Event.public_id == public_id_of(token)
        )
    ).one_or_none()
    if found is None or found.preview_generation <= 0:
        raise NotFound
    if not token_fits(keys(), token, PREVIEW, found.public_id, found.preview_generation):
        raise NotFound
    return found.slug, found.publication is Publication.DRAFT


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


_CATEGORIES = (
    select(Category)
    .where(Category.event_id.in_(bindparam("event_ids", expanding=True)))
    .order_by(Category.event_id, Category.position)
)


def list_categories(event_ids: Collection[int]) -> Sequence[Category]:
    """Return the categories of these events, in the order of each."""
    return db.session.scalars(_CATEGORIES, {"event_ids": list(event_ids)}).all()
