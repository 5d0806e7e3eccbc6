"""Recording institutions."""

from __future__ import annotations

from datetime import datetime

from eventreg.audit.services import SYSTEM, Actor, record
from eventreg.db import transaction
from eventreg.organizations.models import Organization
from eventreg.organizations.rules.profiles import OrganizationProfile, check_profile


def create_organization(profile: OrganizationProfile, at: datetime, *, actor: Actor = SYSTEM) -> int:
    """Record an institution and return its id. Raises ProfileInvalid, and IntegrityError when the key is taken."""
    check_profile(profile)
    with transaction() as session:
        organization = Organization(
            key=profile.key,
            name=dict(profile.name),
            short_name=dict(profile.short_name),
            country=profile.country,
            website=profile.website,
        )
        session.add(organization)
        session.flush()
        record(
            event_id=None,
            actor=actor,
            action="organization_created",
            record_kind="organization",
            record_id=organization.id,
            at=at,
            detail={"key": profile.key},
        )
        return organization.id
