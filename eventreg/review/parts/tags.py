"""The tags of an event, as a part of it: copies have them too."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.db import db
from eventreg.events.bundles.faults import BundleInvalid
from eventreg.events.bundles.fields import Field, Record, choice, listed, text
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.kernel.errors import Refused
from eventreg.kernel.tokens import new_public_id
from eventreg.review.models import Tag
from eventreg.review.queries.tags import list_tags
from eventreg.review.rules.tags import LONGEST_NAME, MOST_OF_AN_EVENT, TagColour, read_tag_name, tag_key

_TAG = Record(Field("name", text(LONGEST_NAME)), Field("colour", choice(TagColour)))


class TagsPart(Document):
    """The words of the team with their colours; who carries them is in `remarks`."""

    key = "tags"

    def label(self) -> str:
        """See `Part.label`."""
        return _("Tags")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`. Ordered here: each database has its own order of letters."""
        return {"tags": [_TAG.taken(row) for row in sorted(list_tags(event_id), key=lambda tag: tag.name_key)]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        for place, data in listed(entry.get("tags", []), "tags", MOST_OF_AN_EVENT):
            values = _TAG.given(data, place, intake.fitting)
            try:
                name = read_tag_name(values["name"])
            except Refused as refused:
                raise BundleInvalid(f"{place}.name: is none") from refused
            key = tag_key(name)
            intake.claim("tag", key, place)
            row = Tag(
                public_id=new_public_id(),
                event_id=intake.event_id,
                name=name,
                name_key=key,
                colour=values["colour"],
                created_at=intake.at,
            )
            db.session.add(row)
            db.session.flush()
            intake.remember("tag", key, row.id)
