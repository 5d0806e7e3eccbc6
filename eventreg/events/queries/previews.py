"""An event as a preview shows it: a draft, found by its link or by its team."""

from __future__ import annotations

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Event
from eventreg.events.rules.publication import Publication
from eventreg.kernel.errors import NotFound
from eventreg.kernel.tokens import public_id_of, token_fits
from eventreg.web.instance import keys

#: what the link is derived for
PREVIEW = "preview"


def get_slug_by_preview(token: str) -> tuple[str, bool]:
    """Return the slug of the event whose preview link `token` is, and whether it is still a draft. Raises NotFound.

    A link that was replaced or switched off is NotFound, like one that never was.
    """
    found = db.session.execute(
        select(Event.slug, Event.public_id, Event.preview_generation, Event.publication).where(
            Event.public_id == public_id_of(token)
        )
    ).one_or_none()
    if found is None or found.preview_generation <= 0:
        raise NotFound
    if not token_fits(keys(), token, PREVIEW, found.public_id, found.preview_generation):
        raise NotFound
    return found.slug, found.publication is Publication.DRAFT
