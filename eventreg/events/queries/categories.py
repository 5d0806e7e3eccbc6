"""The categories of an event, for its team."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Category


def list_categories(event_ids: Collection[int]) -> Sequence[Category]:
    """Return the categories of these events, in the order of each."""
    return db.session.scalars(
        select(Category).where(Category.event_id.in_(event_ids)).order_by(Category.event_id, Category.position)
    ).all()
