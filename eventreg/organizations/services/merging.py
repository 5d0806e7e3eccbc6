"""Two records of one institution become one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from eventreg.audit.services import note
from eventreg.db import transaction
from eventreg.kernel.errors import Refused
from eventreg.organizations.directory import users
from eventreg.organizations.models import Organization
from eventreg.organizations.policies import Editor, editable
from eventreg.organizations.rules.kinds import OrganizationKind
from eventreg.organizations.rules.refusals import OrganizationReason
from eventreg.organizations.services.recording import change, lock_organization


def merge_organizations(goes_id: int, stays_id: int, editor: Editor, at: datetime) -> Mapping[str, int]:
    """Let one institution stand for two: what refers to `goes_id` refers to `stays_id` from now on.

    What the one that stays lacks (names in a language, acronym, kind, country, link, logo) it takes over; the other is
    hidden everywhere, and its key leads to the one that stays. Returns how many rows were pointed anew, by what they are.
    Raises NotFound and Refused: SAME, NOT_ALLOWED unless the account may change both.
    """
    if goes_id == stays_id:
        raise Refused(OrganizationReason.SAME)
    with transaction():
        # Always in this order, so that two mergers of the same pair wait for one another.
        rows = {found: lock_organization(found) for found in sorted((goes_id, stays_id))}
        if editable(list(rows), editor) != set(rows):
            raise Refused(OrganizationReason.NOT_ALLOWED)
        goes, stays = rows[goes_id], rows[stays_id]
        changed = change(stays, _completed(stays, goes))
        moved = dict(users().repoint(goes_id, stays_id, editor.actor, at))
        goes.merged_into_id = stays_id
        goes.revision += 1
        told = {"stays": stays.key, "goes": goes.key, "moved": moved, "changed": changed}
        note(stays, "organizations_merged", editor.actor, at, **told)
        note(goes, "organization_merged_away", editor.actor, at, stays=stays.key, moved=moved)
        return moved


def _completed(stays: Organization, goes: Organization) -> dict[str, Any]:
    """Return the values of the one that stays, with those of the other where it has none."""
    kind = goes.kind if stays.kind is OrganizationKind.OTHER else stays.kind
    return {
        "name": {**goes.name, **stays.name},
        "short_name": {**goes.short_name, **stays.short_name},
        "acronym": stays.acronym or goes.acronym,
        "kind": kind,
        "country": stays.country or goes.country,
        "website": stays.website or goes.website,
        "logo_id": stays.logo_id or goes.logo_id,
    }
