"""Colours and picture of an event."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.db import db
from eventreg.events.bundles.fields import record_of
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.bundles.pictures import given_picture, taken_picture
from eventreg.events.models import Event
from eventreg.media.models import Picture
from eventreg.web.palettes import PALETTES

_LOOK = record_of(Event, ("palette", "picture_text"))


class LookPart(Document):
    """The palette and the picture."""

    key = "look"

    def label(self) -> str:
        """See `Part.label`."""
        return _("Colours and picture")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        event = db.session.get_one(Event, event_id)
        picture = db.session.get(Picture, event.picture_id) if event.picture_id is not None else None
        return {**_LOOK.taken(event), "picture": taken_picture(picture, outlet)}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`. A palette that is not known here is left out."""
        event = db.session.get_one(Event, intake.event_id)
        values = _LOOK.given(entry, self.key, intake.fitting)
        event.palette = values["palette"] if values["palette"] in PALETTES else ""
        event.picture_text = values["picture_text"]
        event.picture_id = given_picture(entry.get("picture"), "look.picture", intake)
