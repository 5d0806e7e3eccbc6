"""Messages that go by themselves as a part of an event: what they say, to which lists, and when."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from sqlalchemy import select

from eventreg.bulk.emails import READY_MADE
from eventreg.bulk.models import Schedule
from eventreg.bulk.queries.cases import ANSWER
from eventreg.bulk.rules import MOST_DAYS, Anchor, Moment, ScheduleState
from eventreg.bulk.services import schedules
from eventreg.db import db
from eventreg.events.bundles import fields
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import Event, TeamMember
from eventreg.events.rules.team import TeamRole
from eventreg.kernel.errors import N_
from eventreg.registration.emails.placeholders import PLACEHOLDERS
from eventreg.registration.rules import messages

_MOST, _MOST_LISTS, _LONGEST_LIST, _LONGEST = 500, 12, 2_000, messages.MAX_BODY
_MOMENT = fields.Record(
    fields.Field("message", fields.text(32), ""),
    fields.Field("anchor", fields.choice(Anchor)),
    fields.Field("days", fields.number(0, MOST_DAYS), 0),
    fields.Field("hour", fields.CLOCK),
    fields.Field("day", fields.optional(fields.MOVED_DAY), None),
)
_PLANNED = fields.Record(
    fields.Field("is_on", fields.FLAG, False),
    fields.Field("to", fields.texts(_LONGEST_LIST, _MOST_LISTS), []),
    fields.Field("subject", fields.LOCALIZED, {}),
    fields.Field("body", fields.LOCALIZED, {}),
)


class SchedulesPart(Document):
    """What has not begun. People who were chosen one by one stay behind, as do lists that look for a name."""

    key = "schedules"
    title = N_("Scheduled messages")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        return {"messages": [_taken(row, details) for row, details in schedules.list_unbegun(event_id)]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`. A copy has on what was on and hangs on its dates; all else is off until somebody looks."""
        event, account_id = db.session.get_one(Event, intake.event_id), _answers_for(intake)
        for place, data in fields.listed(entry.get("messages", []), "messages", _MOST):
            values, said = _MOMENT.given(data, place, intake.fitting), _PLANNED.given(data, place, intake.fitting)
            name, was_on = values.pop("message"), said.pop("is_on")
            _check(said, values, place)
            if account_id is not None and (not name or name in READY_MADE):
                is_on = intake.is_copy and was_on and values["day"] is None and bool(said["to"])
                details = schedules.details_of(READY_MADE[name]) | {"to": said["to"]} if name else said
                state = ScheduleState.ON if is_on else ScheduleState.OFF
                schedules.put(event, account_id, Moment(**values), details, state)


def _taken(schedule: Schedule, details: Mapping[str, Any]) -> dict[str, Any]:
    to = [query for query in details.get("to", ()) if "q" not in parse_qs(query)]
    words = {part: dict(details.get(part, {})) for part in ("subject", "body")}
    return {**_MOMENT.taken(schedule), "is_on": schedule.is_on, "to": to, **words}


def _check(said: dict[str, Any], moment: dict[str, Any], place: str) -> None:
    """Refuse what could not be saved on the desk."""
    if (moment["anchor"] is Anchor.DAY) != (moment["day"] is not None):
        raise fields.BundleInvalid(f"{place}: a date of its own is given without being counted from, or the other way")
    for part, allowed in (("subject", messages.IN_WRITTEN_SUBJECT), ("body", messages.IN_WRITTEN_BODY)):
        for text in said[part].values():
            answers = {name for name in messages.names_in(text[:_LONGEST]) if name.startswith(ANSWER)}
            for fault in messages.placeholder_faults(text[:_LONGEST], allowed | answers, PLACEHOLDERS):
                raise fields.BundleInvalid(f"{place}.{part}: {fault.reason.value} {fault.name}".rstrip())
            if len(text) > _LONGEST:
                raise fields.BundleInvalid(f"{place}.{part}: has more than {_LONGEST} characters")


def _answers_for(intake: Intake) -> int | None:
    """Return in whose name messages go: whoever puts the event in, else the first of its owners; None where there is nobody."""
    owners = select(TeamMember.account_id).where(
        TeamMember.event_id == intake.event_id, TeamMember.role == TeamRole.OWNER
    )
    return intake.actor.id or db.session.scalar(owners.order_by(TeamMember.id).limit(1))
