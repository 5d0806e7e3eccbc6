"""The words of messages that are an event's own, as a part of it that can be taken out and put in."""

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.bundles.fields import BundleInvalid, Field, Record, listed, text
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import Event
from eventreg.kernel.errors import N_
from eventreg.registration.emails import find_message
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.placeholders import PLACEHOLDERS
from eventreg.registration.models import MessageText
from eventreg.registration.rules.messages import DETAILS, MAX_BODY, MAX_SUBJECT, placeholder_faults

_TEXT = Record(
    Field("message", text(32)),
    Field("language", text(12)),
    Field("subject", text(MAX_SUBJECT), ""),
    Field("body", text(MAX_BODY), ""),
)
_MOST = 2000


class MessageTextsPart(Document):
    """The event's own words. Those of a message that this version does not know are left out."""

    key = "message_texts"
    title = N_("Message templates")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        rows = db.session.scalars(
            select(MessageText)
            .where(MessageText.event_id == event_id, (MessageText.subject != "") | (MessageText.body != ""))
            .order_by(MessageText.message, MessageText.language)
        )
        return {"texts": [_TEXT.taken(row) for row in rows]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`. What could not be saved on the desk is refused here as well."""
        worded: dict[str, None] = {}
        for place, data in listed(entry.get("texts", []), "texts", _MOST):
            values = _TEXT.given(data, place, intake.fitting)
            message = find_message(values["message"])
            if message is None or not (values["subject"] or values["body"]):
                continue
            _check(message, values, place)
            name = f"{values['message']} ({values['language']})"
            intake.claim("message_text", name, place)
            row = MessageText(event_id=intake.event_id, changed_at=intake.at, **values)
            intake.add(row, "message_text", name)
            worded[values["message"]] = None
        if worded:
            db.session.get_one(Event, intake.event_id).worded_messages = list(worded)
            db.session.flush()


def _check(message: type[Message], values: dict[str, str], place: str) -> None:
    faults = placeholder_faults(values["subject"], message.in_subject(), PLACEHOLDERS)
    faults += placeholder_faults(values["body"], message.in_body(), PLACEHOLDERS, alone=[DETAILS])
    if faults:
        raise BundleInvalid(f"{place}: {faults[0].reason.value} {faults[0].name}".rstrip())
