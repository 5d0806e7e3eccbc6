"""The remarks and recommendations that sessions leave behind."""

from __future__ import annotations

from collections import Counter

from flask_babel import gettext as _
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.bundles.fields import COMPLETE, FLAG, INSTANT, LOCALIZED, Field, Record, choice, listed, optional
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import SessionOutcome
from eventreg.events.parts.order import session_numbers
from eventreg.events.rules.programme import OutcomeKind

_MOST = 20_000
_OUTCOME = Record(
    Field("kind", choice(OutcomeKind)),
    Field("text", COMPLETE),
    Field("addressee", LOCALIZED, {}),
    Field("is_public", FLAG, False),
    Field("recorded_at", optional(INSTANT), None),
)


class OutcomesPart(Document):
    """What was concluded, by session and in its order."""

    key = "outcomes"
    needs = frozenset({"programme"})

    def label(self) -> str:
        """See `Part.label`."""
        return _("Conclusions")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        numbers = session_numbers(event_id)
        rows = db.session.scalars(select(SessionOutcome).where(SessionOutcome.session_id.in_(numbers)))
        ordered = sorted(rows, key=lambda row: (numbers[row.session_id], row.position, row.id))
        return {"outcomes": [{"session": numbers[row.session_id], **_OUTCOME.taken(row)} for row in ordered]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        positions: Counter[int] = Counter()
        for place, data in listed(entry.get("outcomes"), "outcomes", _MOST):
            values = _OUTCOME.given(data, place, intake.fitting)
            values["recorded_at"] = values["recorded_at"] or intake.at
            session_id = intake.find("session", data.get("session"), place)
            positions[session_id] += 1
            db.session.add(SessionOutcome(session_id=session_id, position=positions[session_id], **values))
            db.session.flush()
