"""Reads of pictures."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import undefer

from eventreg.db import db
from eventreg.kernel.errors import NotFound
from eventreg.media.models import Picture


def get_picture(public_id: str) -> Picture:
    """Return a picture with its content. Raises NotFound."""
    found = db.session.scalar(select(Picture).where(Picture.public_id == public_id).options(undefer(Picture.content)))
    if found is None:
        raise NotFound
    return found


def find_picture(public_id: str) -> Picture | None:
    """Return a picture without its content; None for what cannot be the id of one, whatever a form brought."""
    if not public_id.isascii() or not public_id.isprintable():
        return None
    return db.session.scalar(select(Picture).where(Picture.public_id == public_id))
