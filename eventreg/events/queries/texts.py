"""What the texts of an event were: which was saved when, by whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from eventreg.accounts.models import Account
from eventreg.db import db, get_of_event
from eventreg.events.models import TextVersion
from eventreg.events.rules.texts import TextId

#: as many versions of one text are shown; older ones stay in the database
_LONGEST_HISTORY = 200


class Version(NamedTuple):
    """A text as it was saved once. `by` is the name of whoever saved it; empty: the system."""

    id: int
    text: str
    at: datetime
    by: str


def last_version_ids(event_id: int) -> dict[TextId, int]:
    """Return for each text and language the id of its newest version; ids grow with time. One statement."""
    rows = db.session.execute(
        select(TextVersion.field, TextVersion.language, func.max(TextVersion.id))
        .where(TextVersion.event_id == event_id)
        .group_by(TextVersion.field, TextVersion.language)
    )
    return {TextId(field, language): newest for field, language, newest in rows}


def find_last_version(event_id: int, text: TextId) -> Version | None:
    """Return how a text was saved last."""
    return next(iter(list_versions(event_id, text, 1)), None)


def list_versions(event_id: int, text: TextId, limit: int = _LONGEST_HISTORY) -> Sequence[Version]:
    """Return the versions of a text, the newest first."""
    rows = db.session.execute(
        select(TextVersion.id, TextVersion.text, TextVersion.at, func.coalesce(Account.name, ""))
        .outerjoin(Account, Account.id == TextVersion.account_id)
        .where(TextVersion.event_id == event_id, TextVersion.field == text.field, TextVersion.language == text.language)
        .order_by(TextVersion.id.desc())
        .limit(limit)
    )
    return [Version(*row) for row in rows]


def get_version_text(event_id: int, text: TextId, version_id: int) -> str:
    """Return what a version of this text said. Raises NotFound, also for a version of another text."""
    version = get_of_event(TextVersion, event_id, id=version_id, field=text.field, language=text.language)
    return version.text
