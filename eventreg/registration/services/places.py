"""The ledger of places, read and written under the lock of the event's row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.events.rules.seats import Places
from eventreg.registration.models import Place, Registration
from eventreg.registration.queries.seats import get_seats


class PlaceCount:
    """What is taken at an event, counted once under the lock and kept true while a use case takes and frees places."""

    def __init__(self, event: Event) -> None:
        self.seats = get_seats(event)

    def of(self, category: Category) -> Places:
        """Return the places that somebody of a category needs one of."""
        return self.seats.of(category.id)

    def take(self, registration: Registration, now: datetime) -> None:
        """Enter a place for a registration that has none."""
        db.session.add(
            Place(
                event_id=registration.event_id,
                category_id=registration.category_id,
                registration_id=registration.id,
                taken_at=now,
            )
        )
        self.seats = self.seats.take(registration.category_id)

    def free(self, registration: Registration) -> bool:
        """Remove a registration's place at once. False when it had none."""
        # The statement is flushed with what came before it, so that a place taken in this block is seen.
        db.session.flush()
        freed = db.session.scalars(
            delete(Place)
            .where(Place.registration_id == registration.id)
            .returning(Place.category_id)
            .execution_options(synchronize_session=False)
        ).all()
        for category_id in freed:
            self.seats = self.seats.without(category_id)
        return bool(freed)


def find_place(registration_id: int) -> Place | None:
    """Return a registration's place."""
    return db.session.scalars(select(Place).where(Place.registration_id == registration_id)).one_or_none()
