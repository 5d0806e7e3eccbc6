"""One registration chosen by what somebody types of it, for showing something as this person sees it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import joinedload

from eventreg.db import db
from eventreg.events.rules.team import Scope
from eventreg.kernel.text import folded
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import in_scope

#: more than these nobody chooses from
MOST_OFFERED = 8
_LONGEST, _MOST_WORDS = 200, 8


def find_chosen(event_id: int, typed: str, scope: Scope) -> Sequence[Registration]:
    """Return whom a reference or a part of a name stands for, in scope: the one of that reference, else some by name.

    Addresses and telephone numbers are not looked at: whoever may not see them learns nothing by trying.
    """
    if not folded(typed[:_LONGEST]):
        return ()
    statement = (
        select(Registration)
        .options(joinedload(Registration.category))
        .where(
            Registration.event_id == event_id,
            is_called(typed),
        )
        .order_by(Registration.sort_name, Registration.id)
        .limit(MOST_OFFERED)
    )
    found = db.session.scalars(in_scope(statement, event_id, scope)).all()
    exact = [one for one in found if one.reference == typed.strip().upper()]
    return exact or found


def is_called(typed: str) -> ColumnElement[bool]:
    """Return the condition of having this reference, or every one of these words in the name."""
    words = folded(typed[:_LONGEST]).split()[:_MOST_WORDS]
    named = and_(*(Registration.sort_name.contains(word, autoescape=True) for word in words)) if words else false()
    return or_(Registration.reference == typed.strip().upper()[:16], named)
