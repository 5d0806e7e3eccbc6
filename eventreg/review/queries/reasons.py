"""The ready-made reasons of an event."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from eventreg.db import db, get_of_event
from eventreg.review.models import ReadyReason
from eventreg.review.rules.reasons import REASONED
from eventreg.review.rules.runs import RunAct


def list_reasons(event_id: int, act: RunAct | None = None) -> Sequence[ReadyReason]:
    """Return the reasons of an event, those of one act or all, by act and in their order."""
    statement = select(ReadyReason).where(ReadyReason.event_id == event_id)
    if act is not None:
        statement = statement.where(ReadyReason.act == act)
    rows = db.session.scalars(statement.order_by(ReadyReason.position, ReadyReason.id)).all()
    return sorted(rows, key=lambda row: REASONED.index(row.act) if row.act in REASONED else len(REASONED))


def get_reason(event_id: int, public_id: str) -> ReadyReason:
    """Return a reason of this event. Raises NotFound."""
    return get_of_event(ReadyReason, event_id, public_id=public_id)
