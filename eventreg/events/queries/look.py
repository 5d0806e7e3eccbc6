"""An event with its picture."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventreg.db import db, found
from eventreg.events.models import Event


def get_event_with_picture(event_id: int) -> Event:
    """Return an event with the row of its picture, in one statement. Raises NotFound."""
    statement = select(Event).options(joinedload(Event.picture)).where(Event.id == event_id)
    return found(db.session.scalar(statement.execution_options(populate_existing=True)))
