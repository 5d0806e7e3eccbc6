"""The days of an event."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.bundles.faults import BundleInvalid
from eventreg.events.bundles.fields import listed, record_of
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import EventDay

_MOST_DAYS = 366
_DAY = record_of(EventDay, ("held_on", "starts_at", "ends_at", "title"))


class DaysPart(Document):
    """Dates, hours and titles of the days."""

    key = "days"

    def label(self) -> str:
        """See `Part.label`."""
        return _("Days with their hours")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        days = db.session.scalars(select(EventDay).where(EventDay.event_id == event_id).order_by(EventDay.held_on))
        return {"days": [_DAY.taken(day) for day in days]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`. Other parts call a day by its date in the file."""
        seen: set[str] = set()
        for place, data in listed(entry.get("days"), "days", _MOST_DAYS):
            values = _DAY.given(data, place, intake.fitting)
            if values["starts_at"] >= values["ends_at"]:
                raise BundleInvalid(f"{place}: ends before it starts")
            if values["held_on"].isoformat() in seen:
                raise BundleInvalid(f"{place}: the day is there twice")
            seen.add(values["held_on"].isoformat())
            day = EventDay(event_id=intake.event_id, **values)
            db.session.add(day)
            db.session.flush()
            intake.remember("day", data["held_on"], day.id)
