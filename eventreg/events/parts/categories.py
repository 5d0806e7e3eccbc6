"""The kinds of participants of an event."""

from __future__ import annotations

import re

from flask_babel import gettext as _
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.bundles.faults import BundleInvalid
from eventreg.events.bundles.fields import COMPLETE, listed, record_of
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import Category

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOST = 200
_COLUMNS = (
    "key", "name", "description", "places", "approval", "pending_counts", "counts_toward_event", "opens_at", "closes_at",
    "is_private",
)  # fmt: skip
_CATEGORY = record_of(Category, _COLUMNS, name=COMPLETE)


class CategoriesPart(Document):
    """Names, places and approval rules, in their order."""

    key = "categories"

    def label(self) -> str:
        """See `Part.label`."""
        return _("Categories with their places")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        rows = db.session.scalars(
            select(Category).where(Category.event_id == event_id).order_by(Category.position, Category.id)
        )
        return {"categories": [_CATEGORY.taken(row) for row in rows]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        for position, (place, data) in enumerate(listed(entry.get("categories"), "categories", _MOST), 1):
            values = _CATEGORY.given(data, place, intake.fitting)
            if not _KEY.fullmatch(values["key"]):
                raise BundleInvalid(f"{place}.key: is none (small letters, digits and _, 40 at most)")
            intake.claim("category", values["key"], place)
            opens_at, closes_at = values["opens_at"], values["closes_at"]
            if opens_at is not None and closes_at is not None and opens_at >= closes_at:
                raise BundleInvalid(f"{place}.closes_at: is not after opens_at")
            row = Category(event_id=intake.event_id, position=position, **values)
            db.session.add(row)
            db.session.flush()
            intake.remember("category", row.key, row.id)
