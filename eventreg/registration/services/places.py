"""The ledger of places, read and written under the lock of the event's row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select

from eventreg.db import db
from eventreg.events.models import Category, Event
from eventreg.registration.models import Place, Registration
from eventreg.registration.rules.admission import Places


class PlaceCount:
    """What is taken at an event, counted once under the lock and kept true while a use case takes and frees places."""

    def __init__(self, event: Event) -> None:
        self._event = event
        rows = db.session.execute(
            select(Place.category_id, func.count()).where(Place.event_id == event.id).group_by(Place.category_id)
        )
        self._taken: dict[int, int] = {row[0]: row[1] for row in rows}

    def of(self, category: Category) -> Places:
        """Return what the event and the category have and what of it is taken.

        People of a category that does not count towards the event take none of its places, and need none.
        """
        counting = [row.id for row in self._event.categories if row.counts_toward_event]
        return Places(
            capacity=self._event.capacity if category.counts_toward_event else None,
            taken=sum(self._taken.get(category_id, 0) for category_id in counting),
            category_places=category.places,
            category_taken=self._taken.get(category.id, 0),
        )

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
        self._taken[registration.category_id] = self._taken.get(registration.category_id, 0) + 1

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
            self._taken[category_id] -= 1
        return bool(freed)


def find_place(registration_id: int) -> Place | None:
    """Return a registration's place."""
    return db.session.scalars(select(Place).where(Place.registration_id == registration_id)).one_or_none()
