"""Tags: of an event, of registrations, and how many carry each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select

from eventreg.db import db, get_of_event
from eventreg.events.rules.team import Scope
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import in_scope
from eventreg.review.models import Tag, Tagging


def list_tags(event_id: int) -> Sequence[Tag]:
    """Return the tags of an event, by name."""
    return db.session.scalars(select(Tag).where(Tag.event_id == event_id).order_by(Tag.name_key, Tag.id)).all()


def get_tag(event_id: int, public_id: str) -> Tag:
    """Return a tag of this event. Raises NotFound."""
    return get_of_event(Tag, event_id, public_id=public_id)


def find_tag_by_key(event_id: int, key: str) -> Tag | None:
    """Return the tag of an event with this folded name."""
    return db.session.scalars(select(Tag).where(Tag.event_id == event_id, Tag.name_key == key)).one_or_none()


def list_tags_of(registration_ids: Collection[int]) -> Mapping[int, Sequence[Tag]]:
    """Return the tags on each of these registrations by id, by name; whoever has none is left out. One statement."""
    if not registration_ids:
        return {}
    rows = db.session.execute(
        select(Tagging.registration_id, Tag)
        .join(Tag, Tag.id == Tagging.tag_id)
        .where(Tagging.registration_id.in_(registration_ids))
        .order_by(Tag.name_key, Tag.id)
    )
    found: dict[int, list[Tag]] = {}
    for registration_id, tag in rows:
        found.setdefault(registration_id, []).append(tag)
    return found


def count_tagged(event_id: int, scope: Scope) -> Mapping[int, int]:
    """Return how many registrations in scope carry each tag of an event, by the tag's id."""
    statement = (
        select(Tagging.tag_id, func.count())
        .join(Registration, Registration.id == Tagging.registration_id)
        .where(Registration.event_id == event_id)
        .group_by(Tagging.tag_id)
    )
    return {row[0]: row[1] for row in db.session.execute(in_scope(statement, event_id, scope))}
