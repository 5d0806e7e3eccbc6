"""What became one, and what was said to be two."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from eventreg.db import db
from eventreg.registration.models import Registration
from eventreg.review.models import Merger


def find_merged_into(registration_id: int) -> str | None:
    """Return the reference of the registration that this one was merged into."""
    return db.session.scalar(
        select(Registration.reference)
        .join(Merger, Merger.into_id == Registration.id)
        .where(Merger.registration_id == registration_id)
    )


def list_merged_from(registration_id: int) -> Sequence[str]:
    """Return the references of those that were merged into this one, the first merged first."""
    return db.session.scalars(
        select(Registration.reference)
        .join(Merger, Merger.registration_id == Registration.id)
        .where(Merger.into_id == registration_id)
        .order_by(Merger.id)
    ).all()
