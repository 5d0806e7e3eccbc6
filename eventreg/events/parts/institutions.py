"""The institutions behind an event, and those that its speakers come from."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, undefer

from eventreg.audit.services import note
from eventreg.db import db
from eventreg.events.bundles.faults import BundleInvalid
from eventreg.events.bundles.fields import COMPLETE, listed, record_of
from eventreg.events.bundles.parts import Document, Entry, Intake, Outlet
from eventreg.events.bundles.pictures import given_picture, taken_picture
from eventreg.events.models import Partner, Speaker
from eventreg.kernel.text import folded
from eventreg.media.models import Picture
from eventreg.organizations.models import Organization
from eventreg.organizations.rules.entries import OrganizationEntry, ProfileInvalid, check_profile

_MOST = 2000
_ORGANIZATION = record_of(
    Organization, ("key", "name", "short_name", "acronym", "kind", "country", "website"), name=COMPLETE
)
_PARTNER = record_of(Partner, ("role", "credit", "phrase", "is_logo_first"))


class OrganizationsPart(Document):
    """The records of institutions that the event refers to. An institution that is here already stays as it is."""

    key = "organizations"
    is_offered = False

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        rows = db.session.scalars(
            select(Organization)
            .where(
                or_(
                    Organization.id.in_(select(Partner.organization_id).where(Partner.event_id == event_id)),
                    Organization.id.in_(select(Speaker.organization_id).where(Speaker.event_id == event_id)),
                )
            )
            .options(joinedload(Organization.logo).options(undefer(Picture.content)))
        )
        # Ordered here: each database has its own order of letters.
        ordered = sorted(rows, key=lambda row: row.key)
        return {
            "organizations": [{**_ORGANIZATION.taken(row), "logo": taken_picture(row.logo, outlet)} for row in ordered]
        }

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`. Other parts call an institution by its key."""
        for place, data in listed(entry.get("organizations"), "organizations", _MOST):
            # The directory is shared by all events: its names are kept in every language.
            values = _ORGANIZATION.given(data, place)
            row = _standing(values["key"])
            if row is None:
                row = _new(values, data.get("logo"), place, intake)
            intake.remember("organization", values["key"], row.id)


class InstitutionsPart(Document):
    """Who stands behind the event, as what, in which order."""

    key = "institutions"
    needs = frozenset({"organizations"})

    def label(self) -> str:
        """See `Part.label`."""
        return _("Institutions and their roles")

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """See `Document.taken`."""
        rows = db.session.scalars(
            select(Partner)
            .where(Partner.event_id == event_id)
            .options(joinedload(Partner.organization))
            .order_by(Partner.position, Partner.id)
        )
        return {"institutions": [{"organization": row.organization.key, **_PARTNER.taken(row)} for row in rows]}

    def given(self, entry: Entry, intake: Intake) -> None:
        """See `Document.given`."""
        seen = set()
        for position, (place, data) in enumerate(listed(entry.get("institutions"), "institutions", _MOST), 1):
            values = _PARTNER.given(data, place, intake.fitting)
            organization_id = intake.find("organization", data.get("organization"), place)
            if (organization_id, values["role"]) in seen:
                raise BundleInvalid(f"{place}: the institution has this role twice")
            seen.add((organization_id, values["role"]))
            db.session.add(
                Partner(event_id=intake.event_id, organization_id=organization_id, position=position, **values)
            )
            db.session.flush()


def _standing(key: str) -> Organization | None:
    """Return the record that stands for a key: of two that were merged the one that stayed."""
    row = db.session.scalar(select(Organization).where(Organization.key == key))
    while row is not None and row.merged_into_id is not None:
        row = db.session.get(Organization, row.merged_into_id)
    return row


def _new(values: dict[str, object], logo: object, place: str, intake: Intake) -> Organization:
    row = Organization(**values)
    try:
        check_profile(row.key, OrganizationEntry(row.name, country=row.country, website=row.website))
    except ProfileInvalid as error:
        raise BundleInvalid(f"{place}: {error}") from error
    row.search_text = folded(" ".join((*row.name.values(), *row.short_name.values(), row.acronym)))
    row.logo_id = given_picture(logo, f"{place}.logo", intake)
    db.session.add(row)
    db.session.flush()
    note(row, "organization_created", intake.actor, intake.at, key=row.key)
    return row
