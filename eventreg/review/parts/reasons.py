"""The reasons that a team gives often, as a part of its event."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.db import db
from eventreg.events.bundles.fields import COMPLETE, Field, Record, choice, listed, text
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.kernel.tokens import new_public_id
from eventreg.review.models import ReadyReason
from eventreg.review.queries.reasons import list_reasons
from eventreg.review.rules.reasons import LONGEST_TITLE, MOST_OF_AN_EVENT
from eventreg.review.rules.runs import RunAct

_REASON = Record(Field("act", choice(RunAct)), Field("title", text(LONGEST_TITLE)), Field("text", COMPLETE))


class ReadyReasonsPart(Document):
    """Ready-made reasons by act, in their order."""

    key = "ready_reasons"

    def label(self) -> str:
        """See `Part.label`."""
        return _("Ready-made reasons")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        return {"reasons": [_REASON.taken(row) for row in list_reasons(event_id)]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        for position, (place, data) in enumerate(listed(entry.get("reasons", []), "reasons", MOST_OF_AN_EVENT)):
            db.session.add(
                ReadyReason(
                    public_id=new_public_id(),
                    event_id=intake.event_id,
                    position=position,
                    changed_at=intake.at,
                    **_REASON.given(data, place, intake.fitting),
                )
            )
        db.session.flush()
