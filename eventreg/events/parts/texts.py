"""The texts of an event's page."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from eventreg.db import db
from eventreg.events.bundles.fields import LOCALIZED, Field, Fitting, Kind, listed, mapping, record_of, text
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import Event, columns_kept

_SHORT = text(80)
_MOST_ITEMS = 200


def _read_practical(value: Any, place: str, fitting: Fitting) -> list[dict[str, Any]]:
    items = []
    for where, entry in listed(value, place, _MOST_ITEMS):
        found = mapping(entry, where)
        item: dict[str, Any] = {
            name: _SHORT.read(found[name], f"{where}.{name}", fitting) for name in ("key", "topic") if name in found
        }
        item |= {name: LOCALIZED.read(found.get(name, {}), f"{where}.{name}", fitting) for name in ("label", "text")}
        if found.get("is_demonstration") is not None:
            item["is_demonstration"] = found["is_demonstration"] is True
        items.append(item)
    return items


_PRACTICAL = Field("practical", Kind(lambda items: [dict(item) for item in items], _read_practical), [])
_TEXTS = record_of(Event, columns_kept("texts"), practical=_PRACTICAL)


class TextsPart(Document):
    """Summary, description, for whom, practical information, how to join from afar."""

    key = "texts"

    def label(self) -> str:
        """See `Part.label`."""
        return _("Texts and practical information")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        return _TEXTS.taken(db.session.get_one(Event, event_id))

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        event = db.session.get_one(Event, intake.event_id)
        for name, value in _TEXTS.given(entry, self.key, intake.fitting).items():
            setattr(event, name, value)
