"""What a person agrees to, and since when."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from eventreg.db import db
from eventreg.registration.models import Consent


def list_consents(registration_id: int) -> Sequence[Consent]:
    """Return every record of consent, oldest first."""
    return db.session.scalars(
        select(Consent).where(Consent.registration_id == registration_id).order_by(Consent.id)
    ).all()


def current_consents(registration_id: int) -> dict[str, bool]:
    """Return what stands for each purpose: its newest record."""
    return {consent.purpose: consent.is_given for consent in list_consents(registration_id)}
