"""An event with its picture."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.kernel.errors import NotFound


def get_event_with_picture(event_id: int) -> Event:
    """Return an event with the row of its picture, in one statement. Raises NotFound."""
    event = db.session.scalars(
        select(Event)
        .options(joinedload(Event.picture))
        .where(Event.id == event_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if event is None:
        raise NotFound
    return event
