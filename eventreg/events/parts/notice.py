"""What an event tells people about their data."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.bundles.fields import COMPLETE, INSTANT, Field, listed, number, optional, record_of
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import PrivacyNotice

_MOST = 1000
_NOTICE = record_of(
    PrivacyNotice,
    ("version", "summary", "body", "published_at"),
    version=number(1),
    summary=COMPLETE,
    body=COMPLETE,
    published_at=Field("published_at", optional(INSTANT), None),
)


class NoticePart(Document):
    """Every version of the privacy notice; a copy begins with the newest."""

    key = "notice"

    def label(self) -> str:
        """See `Part.label`."""
        return _("Privacy notice")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        rows = db.session.scalars(
            select(PrivacyNotice).where(PrivacyNotice.event_id == event_id).order_by(PrivacyNotice.version)
        )
        return {"notices": [_NOTICE.taken(row) for row in rows]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`. Registrations call a notice by its version."""
        entries = listed(entry.get("notices"), "notices", _MOST)
        for place, data in entries[-1:] if intake.is_copy else entries:
            values = _NOTICE.given(data, place, intake.fitting)
            if intake.is_copy:
                values |= {"version": 1, "published_at": intake.at}
            row = PrivacyNotice(
                event_id=intake.event_id, **values | {"published_at": values["published_at"] or intake.at}
            )
            intake.claim("notice", row.version, place)
            db.session.add(row)
            db.session.flush()
            intake.remember("notice", row.version, row.id)
