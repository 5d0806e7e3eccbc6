"""Files and links of an event and its sessions."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from eventreg.db import db
from eventreg.events.bundles.basis import free_public_id
from eventreg.events.bundles.faults import BundleInvalid
from eventreg.events.bundles.fields import (
    INSTANT,
    LOCALIZED,
    MOVED_INSTANT,
    Field,
    Record,
    choice,
    listed,
    optional,
    text,
)
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.models import Material
from eventreg.events.parts.order import session_numbers
from eventreg.events.rules.materials import check_address, check_file
from eventreg.events.rules.programme import MaterialAudience
from eventreg.events.services.material_files import read_material_file, store_material_file
from eventreg.kernel.errors import NotFound, Refused
from eventreg.kernel.filetypes import safe_name
from eventreg.kernel.tokens import new_public_id

_MOST = 10_000
_MATERIAL = Record(
    Field("title", LOCALIZED, {}),
    Field("language", text(12), ""),
    Field("audience", choice(MaterialAudience)),
    Field("released_at", optional(MOVED_INSTANT), None),
    Field("url", text(500), ""),
    Field("file_name", text(200), ""),
    Field("created_at", optional(INSTANT), None),
)


class MaterialsPart(Document):
    """Without files only the links are in it. A file is sealed anew by the instance that takes it in."""

    key = "materials"
    needs = frozenset({"programme"})

    def label(self) -> str:
        """See `Part.label`."""
        return _("Materials")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        numbers = session_numbers(event_id)
        rows = db.session.scalars(select(Material).where(Material.event_id == event_id)).all()
        ordered = sorted(rows, key=lambda row: (numbers.get(row.session_id or 0, -1), row.position, row.id))
        return {
            "materials": [
                {"session": numbers.get(row.session_id or 0), **taken}
                for row in ordered
                if (taken := _taken(row, outlet)) is not None
            ]
        }

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        positions: Counter[int | None] = Counter()
        for place, data in listed(entry.get("materials"), "materials", _MOST):
            values = _MATERIAL.given(data, place, intake.fitting)
            session = data.get("session")
            session_id = None if session is None else intake.find("session", session, place)
            positions[session_id] += 1
            values["created_at"] = intake.at if intake.is_copy else values["created_at"] or intake.at
            material = Material(
                event_id=intake.event_id,
                public_id=free_public_id(Material, data.get("public_id"), place),
                session_id=session_id,
                position=positions[session_id],
                **values,
                **_kept(values, data.get("file"), place, intake),
            )
            db.session.add(material)
            db.session.flush()


def _taken(material: Material, outlet: Outlet) -> dict[str, Any] | None:
    """Return a material; None for a file that is not asked for, or is gone from the disk."""
    taken = {"public_id": material.public_id, "file": None, **_MATERIAL.taken(material)}
    if not material.file_id:
        return taken
    if not outlet.options.with_files:
        return None
    try:
        return taken | {"file": outlet.keep(read_material_file(material.file_id))}
    except NotFound:
        return None


def _kept(values: dict[str, Any], file: Any, place: str, intake: Intake) -> dict[str, Any]:
    """Keep the file that came along and return what its columns hold. Raises BundleInvalid."""
    try:
        if bool(values["url"]) is (file is not None):
            raise BundleInvalid(f"{place}: is a file or a link, and one of the two")
        if file is None:
            check_address(values["url"])
            return {}
        content = intake.read_file(file, place)
        media_type, file_id = check_file(content), new_public_id()
        values["file_name"] = safe_name(values["file_name"], media_type)
        store_material_file(file_id, content)
        return {"file_id": file_id, "media_type": media_type, "size": len(content)}
    except Refused as refused:
        raise BundleInvalid(f"{place}: {refused}") from refused
