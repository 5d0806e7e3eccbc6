"""The registrations of an event, as a part of it that can be taken out and put in: people's data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask_babel import gettext as _
from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.bundles.parts import Entry, Intake, Outlet
from eventreg.registration.models import Registration
from eventreg.registration.parts.giving import Giver
from eventreg.registration.parts.taking import Taker
from eventreg.registration.services.promotion import schedule_passing_on

#: registrations that are read and written at a time
_BATCH = 200


class RegistrationsPart:
    """One record a registration, with its answers, files, consents, decisions, place and sign-ups.

    Sensitive answers are in it when they are asked for, readable, and are sealed again by the instance that takes them
    in. Changes of address that nobody confirmed, and messages, stay behind.
    """

    key = "registrations"
    needs = frozenset({"programme", "categories", "notice", "questionnaire"})
    is_about_people = True
    is_long = True
    is_offered = True

    def label(self) -> str:
        """See `Part.label`."""
        return _("Registrations")

    def count(self, event_id: int) -> int:
        """See `Part.count`."""
        statement = select(func.count()).select_from(Registration).where(Registration.event_id == event_id)
        return db.session.scalar(statement) or 0

    def take_out(self, event_id: int, outlet: Outlet) -> Iterator[Entry]:
        """See `Part.take_out`. In the order in which they came."""
        taker, last = Taker(event_id, outlet), 0
        while True:
            rows = db.session.scalars(
                select(Registration)
                .where(Registration.event_id == event_id, Registration.id > last)
                .order_by(Registration.id)
                .limit(_BATCH)
            ).all()
            if not rows:
                return
            yield from taker.taken(rows)
            last = rows[-1].id
            for row in rows:
                db.session.expunge(row)

    def put_in(self, records: Iterable[Entry], intake: Intake) -> None:
        """See `Part.put_in`."""
        giver = Giver(intake)
        for number, record in enumerate(records, 1):
            giver.give(record, f"registration {number}")
        if giver.has_released_places:
            # Places that were set free and not passed on yet: their time to undo is over by now, or soon.
            schedule_passing_on(intake.event_id, intake.at)
