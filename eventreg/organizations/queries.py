"""Reads of institutions."""

from __future__ import annotations

from sqlalchemy import select

from eventreg.db import db
from eventreg.organizations.models import Organization


def find_organization(key: str) -> Organization | None:
    """Return the institution with this key."""
    return db.session.scalar(select(Organization).where(Organization.key == key))
