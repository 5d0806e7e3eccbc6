"""One registration chosen by what somebody types of it, for showing something as this person sees it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from eventreg.db import db
from eventreg.events.rules.team import Scope
from eventreg.kernel.text import folded
from eventreg.registration.models import Registration
from eventreg.review.queries.scoping import in_scope

#: more than these nobody chooses from
MOST_OFFERED = 8
_LONGEST = 200


def find_chosen(event_id: int, typed: str, scope: Scope) -> Sequence[Registration]:
    """Return whom a reference or a part of a name stands for, in scope: the one of that reference, else some by name.

    Addresses and telephone numbers are not looked at: whoever may not see them learns nothing by trying.
    """
    name = folded(typed[:_LONGEST])
    if not name:
        return ()
    statement = (
        select(Registration)
        .options(joinedload(Registration.category))
        .where(
            Registration.event_id == event_id,
            or_(
                Registration.reference == typed.strip().upper()[:16],
                Registration.sort_name.contains(name, autoescape=True),
            ),
        )
        .order_by(Registration.sort_name, Registration.id)
        .limit(MOST_OFFERED)
    )
    found = db.session.scalars(in_scope(statement, event_id, scope)).all()
    exact = [one for one in found if one.reference == typed.strip().upper()]
    return exact or found


def find_first(event_id: int, scope: Scope) -> Registration | None:
    """Return somebody registered whom the scope shows, the newest first; None where there is nobody."""
    statement = (
        select(Registration)
        .options(joinedload(Registration.category))
        .where(Registration.event_id == event_id)
        .order_by(Registration.submitted_at.desc(), Registration.id.desc())
        .limit(1)
    )
    return db.session.scalars(in_scope(statement, event_id, scope)).first()
