"""The privacy notices of an event."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import PrivacyNotice

_LONGEST_LIST = 50


def list_notices(event_id: int) -> Sequence[PrivacyNotice]:
    """Return the published versions, the newest first, fifty at most."""
    return db.session.scalars(
        select(PrivacyNotice)
        .where(PrivacyNotice.event_id == event_id)
        .order_by(PrivacyNotice.version.desc())
        .limit(_LONGEST_LIST)
    ).all()
