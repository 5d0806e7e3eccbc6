"""Reads of institutions. One that was merged into another is found under its key alone, as the one that stayed."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from eventreg.db import db, found
from eventreg.kernel.text import folded
from eventreg.organizations.models import Organization
from eventreg.organizations.rules import KnownInstitution

#: a page of the directory; beyond it one searches
MOST_LISTED = 300


def find_organization(key: str) -> Organization | None:
    """Return the institution with this key, or the one that it was merged into; None for what is no key at all."""
    if not key.isascii() or not key.isprintable():
        return None
    row = db.session.scalar(select(Organization).where(Organization.key == key))
    while row is not None and row.merged_into_id is not None:
        row = db.session.get(Organization, row.merged_into_id)
    return row


def get_organization(key: str) -> Organization:
    """Return the institution with this key, with its logo. Raises NotFound, also for one that was merged."""
    return found(db.session.scalar(_shown().where(Organization.key == key)))


def list_organizations(search: str = "") -> Sequence[Organization]:
    """Return the institutions of the directory with their logos, at most `MOST_LISTED`; order is the reader's alphabet.

    `search`: a part of a name or of the acronym, without regard to accents or case.
    """
    statement = _shown().order_by(Organization.search_text, Organization.id).limit(MOST_LISTED)
    for word in folded(search).split():
        statement = statement.where(Organization.search_text.contains(word, autoescape=True))
    return db.session.scalars(statement).all()


def list_by_id(ids: Collection[int]) -> Sequence[Organization]:
    """Return these institutions with their logos, in no order; merged ones are left out."""
    return db.session.scalars(_shown().where(Organization.id.in_(ids))).all()


def list_known() -> list[KnownInstitution]:
    """Return the names of all institutions of the directory."""
    rows = db.session.execute(
        select(Organization.id, Organization.name, Organization.short_name, Organization.acronym)
        .where(Organization.merged_into_id.is_(None))
        .order_by(Organization.id)
    )
    return [KnownInstitution(row.id, row.name, row.short_name, row.acronym) for row in rows]


def _shown() -> Select[Organization]:
    return select(Organization).options(joinedload(Organization.logo)).where(Organization.merged_into_id.is_(None))
