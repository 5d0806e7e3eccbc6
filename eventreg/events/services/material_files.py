"""The files of materials on the disk, sealed. A file without a row is a leftover that the sweep removes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Material
from eventreg.events.rules.materials import MaterialReason
from eventreg.kernel.errors import Refused
from eventreg.media.store import CannotKeep, SealedFile, path_of, sealed_parts, sweep_folder, write_file
from eventreg.web.instance import config, keys


def store_material_file(file_id: str, data: bytes) -> None:
    """Keep a file under a new id, which goes into `Material.file_id`: on the disk for good when this returns.

    Called before the row is committed. Raises Refused(CANNOT_BE_KEPT) when the disk takes no more.
    """
    try:
        write_file(config().materials, file_id, sealed_parts(keys(), data, content_place(file_id)))
    except CannotKeep as error:
        raise Refused(MaterialReason.CANNOT_BE_KEPT) from error


def read_material_file(file_id: str) -> bytes:
    """Return the whole content of a file. Raises NotFound, and CannotUnseal for one that was altered."""
    return b"".join(open_material_file(file_id))


def open_material_file(file_id: str) -> SealedFile:
    """Return a file to be read part by part, whoever may see it having been asked before. Raises NotFound."""
    return SealedFile(keys(), path_of(config().materials, file_id), content_place(file_id))


def sweep_materials(now: datetime) -> int:
    """Remove files that no material names any more. Returns how many went."""
    return sweep_folder(config().materials, set(db.session.scalars(select(Material.file_id))), now)


def content_place(file_id: str) -> str:
    """Return the place that a file's parts are bound to."""
    return f"materials/{file_id}"
