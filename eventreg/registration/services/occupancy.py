"""What the room of events asks registration; see `events.occupancy`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, or_, select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.rules.seats import Seats
from eventreg.kernel import clock
from eventreg.registration.models import Invitation, Place, Registration
from eventreg.registration.queries.answers import list_day_ids
from eventreg.registration.queries.seats import find_seats
from eventreg.registration.rules.states import Status
from eventreg.registration.services.promotion import schedule_passing_on


class RegistrationOccupancy:
    """Implements `events.occupancy.Occupancy`."""

    def seats_of(self, event: Event) -> Seats:
        """Return the places of an event by the ledger, in one statement."""
        return find_seats(event)

    def count_on_day(self, event_id: int, day_id: int) -> int:
        """Return how many live registrations come on a day; whoever was not asked for days comes on each."""
        living = db.session.scalars(
            select(Registration).where(Registration.event_id == event_id, Registration.status != Status.CANCELLED)
        ).all()
        return sum(not chosen or day_id in chosen for chosen in list_day_ids(living).values())

    def count_in_categories(self, event_id: int) -> Mapping[int, int]:
        """Return how many registrations of any status each category has."""
        rows = db.session.execute(
            select(Registration.category_id, func.count())
            .where(Registration.event_id == event_id)
            .group_by(Registration.category_id)
        )
        return {row[0]: row[1] for row in rows}

    def count_invited(self, event_id: int) -> Mapping[int, int]:
        """Return how many invitations that are neither used, declined, taken back nor expired each category has."""
        rows = db.session.execute(
            select(Invitation.category_id, func.count())
            .where(
                Invitation.event_id == event_id,
                Invitation.used_at.is_(None),
                Invitation.declined_at.is_(None),
                Invitation.taken_back_at.is_(None),
                or_(Invitation.expires_at.is_(None), Invitation.expires_at > clock.now()),
            )
            .group_by(Invitation.category_id)
        )
        return {row[0]: row[1] for row in rows}

    def places_added(self, event_id: int, at: datetime) -> None:
        """Have the waiting list looked at by the worker."""
        schedule_passing_on(event_id, at)

    def count_pending_anew(self, event_id: int, category_id: int, counts: bool, at: datetime) -> None:
        """Enter a place for each pending registration that has none, whatever the limit, or free theirs."""
        pending = select(Registration.id).where(
            Registration.event_id == event_id,
            Registration.category_id == category_id,
            Registration.status == Status.PENDING,
        )
        if not counts:
            db.session.execute(
                delete(Place).where(Place.registration_id.in_(pending)).execution_options(synchronize_session=False)
            )
            return
        without = pending.where(~select(Place.id).where(Place.registration_id == Registration.id).exists())
        for registration_id in db.session.scalars(without).all():
            db.session.add(
                Place(event_id=event_id, category_id=category_id, registration_id=registration_id, taken_at=at)
            )
        db.session.flush()
