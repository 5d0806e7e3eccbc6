"""The reasons that a team gives often, and what it put on people, as parts of their event."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import func, or_, select

from eventreg.attendees.annotations import ANNOTATIONS
from eventreg.attendees.models import ReadyReason
from eventreg.attendees.queries.reasons import list_reasons
from eventreg.attendees.rules.acts import LONGEST_TITLE, MOST_OF_AN_EVENT, RunAct
from eventreg.db import db
from eventreg.events.bundles import fields
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.kernel.errors import N_
from eventreg.kernel.tokens import new_public_id
from eventreg.registration.models import Registration

_REASON = fields.Record(
    fields.Field("act", fields.choice(RunAct)),
    fields.Field("title", fields.text(LONGEST_TITLE)),
    fields.Field("text", fields.COMPLETE),
)


class ReadyReasonsPart(Document):
    """Ready-made reasons by act, in their order."""

    key = "ready_reasons"
    title = N_("Ready-made reasons")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        return {"reasons": [_REASON.taken(row) for row in list_reasons(event_id)]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        for position, (place, data) in enumerate(fields.listed(entry.get("reasons", []), "reasons", MOST_OF_AN_EVENT)):
            intake.add(
                ReadyReason(
                    public_id=new_public_id(),
                    event_id=intake.event_id,
                    position=position,
                    changed_at=intake.at,
                    **_REASON.given(data, place, intake.fitting),
                )
            )


class RemarksPart:
    """One record a registration that the team has put something on: tags by name, notes with who is named in them."""

    key = "remarks"
    title = N_("Tags on people, and notes")
    needs = frozenset({"registrations", "tags"})
    is_about_people = True
    is_long = True
    is_offered = True

    def count(self, event_id: int) -> int:
        """See `Part.count`."""
        return db.session.scalar(select(func.count()).select_from(_remarked(event_id).subquery())) or 0

    def take_out(self, event_id: int, outlet: Outlet) -> Iterator[Entry]:
        """See `Part.take_out`. In the order in which people registered."""
        for id_, reference in db.session.execute(_remarked(event_id).order_by(Registration.id)).all():
            yield {"registration": reference, **{each.key: each.taken(id_) for each in ANNOTATIONS}}

    def put_in(self, records: Iterable[Entry], intake: Intake) -> None:
        """See `Part.put_in`."""
        for number, record in enumerate(records, 1):
            place = f"remark {number}"
            data = fields.mapping(record, place)
            registration_id = intake.find("registration", data.get("registration"), place)
            intake.claim("remark", registration_id, place)
            intake.remember("remark", registration_id, registration_id)
            for each in ANNOTATIONS:
                if each.key in data:
                    each.given(data[each.key], registration_id, f"{place}.{each.key}", intake)
        db.session.flush()


def _remarked(event_id: int) -> Any:
    return select(Registration.id, Registration.reference).where(
        Registration.event_id == event_id,
        or_(*(each.is_on() for each in ANNOTATIONS)),
    )
