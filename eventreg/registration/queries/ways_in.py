"""Ways in: what is carried by a form to show that somebody holds one, and how often codes were used."""

from __future__ import annotations

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status


def count_uses(access_code_id: int) -> int:
    """Return how many live registrations came by a code: whoever withdraws gives the use back."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Registration.access_code_id == access_code_id, Registration.status != Status.CANCELLED
            )
        )
        or 0
    )
