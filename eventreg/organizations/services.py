"""Use cases that write the directory of institutions: they are recorded, changed, and two records become one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventreg.audit.services import Actor, note, plain
from eventreg.db import db, lock_row, transaction
from eventreg.kernel.errors import Busy, Refused
from eventreg.kernel.text import merged
from eventreg.media.services import find_picture
from eventreg.organizations import policies, queries, rules
from eventreg.organizations.models import Organization
from eventreg.organizations.policies import Editor, editable, may_add


def merge_organizations(goes_id: int, stays_id: int, editor: Editor, at: datetime) -> Mapping[str, int]:
    """Let one institution stand for two: what refers to `goes_id` refers to `stays_id` from now on.

    What the one that stays lacks (names in a language, acronym, kind, country, link, logo) it takes over; the other is
    hidden everywhere, and its key leads to the one that stays. Returns how many rows were pointed anew, by what they are.
    Raises NotFound and Refused: SAME, NOT_ALLOWED unless the account may change both.
    """
    if goes_id == stays_id:
        raise Refused(rules.OrganizationReason.SAME)
    with transaction():
        # Always in this order, so that two mergers of the same pair wait for one another.
        rows = {found: lock_organization(found) for found in sorted((goes_id, stays_id))}
        if editable(list(rows), editor) != set(rows):
            raise Refused(rules.OrganizationReason.NOT_ALLOWED)
        goes, stays = rows[goes_id], rows[stays_id]
        changed = change(stays, _completed(stays, goes))
        moved = dict(policies.users().repoint(goes_id, stays_id, editor.actor, at))
        goes.merged_into_id = stays_id
        goes.revision += 1
        told = {"stays": stays.key, "goes": goes.key, "moved": moved, "changed": changed}
        note(stays, "organizations_merged", editor.actor, at, **told)
        note(goes, "organization_merged_away", editor.actor, at, stays=stays.key, moved=moved)
        return moved


def _completed(stays: Organization, goes: Organization) -> dict[str, Any]:
    """Return the values of the one that stays, with those of the other where it has none."""
    kind = goes.kind if stays.kind is rules.OrganizationKind.OTHER else stays.kind
    return {
        "name": {**goes.name, **stays.name},
        "short_name": {**goes.short_name, **stays.short_name},
        "acronym": stays.acronym or goes.acronym,
        "kind": kind,
        "country": stays.country or goes.country,
        "website": stays.website or goes.website,
        "logo_id": stays.logo_id or goes.logo_id,
    }


def add_organization(entry: rules.OrganizationEntry, editor: Editor, at: datetime, *, is_new: bool = False) -> int:
    """Add an institution to the directory and return its id; its key is made from acronym or name.

    `is_new`: somebody has looked at those that may be the same, and it is none of them. Raises Refused:
    NO_NAME, WEBSITE, NOT_ALLOWED, LOGO_GONE, LIKELY_DOUBLE (details: ids). Raises Busy when somebody else took the key
    just now.
    """
    rules.check_entry(entry)
    with transaction() as session:
        if not may_add(editor):
            raise Refused(rules.OrganizationReason.NOT_ALLOWED)
        doubles = [] if is_new else rules.likely_doubles(entry.name, entry.acronym, queries.list_known())
        if doubles:
            raise Refused(rules.OrganizationReason.LIKELY_DOUBLE, ids=doubles)
        taken = {"new", *session.scalars(select(Organization.key))}  # an address of its own beside the records
        values = {"key": rules.key_from(entry.acronym, entry.name, taken), **_values(entry)}
        try:
            return record_organization(values, editor.actor, at).id
        except IntegrityError as error:
            raise Busy from error


def edit_organization(
    organization_id: int,
    entry: rules.OrganizationEntry,
    languages: Sequence[str],
    seen_revision: int,
    editor: Editor,
    at: datetime,
) -> None:
    """Save an institution as `entry` has it; names in other languages than `languages` stay, and so does its key.

    Raises NotFound and Refused: NO_NAME, WEBSITE, NOT_ALLOWED, LOGO_GONE, CHANGED_MEANWHILE when it is no longer
    the revision that was seen.
    """
    rules.check_entry(entry)
    with transaction():
        found = lock_organization(organization_id)
        if not editable([found.id], editor):
            raise Refused(rules.OrganizationReason.NOT_ALLOWED)
        if found.revision != seen_revision:
            raise Refused(rules.OrganizationReason.CHANGED_MEANWHILE)
        new = _values(entry) | {
            "name": merged(found.name, entry.name, languages),
            "short_name": merged(found.short_name, entry.short_name, languages),
        }
        changed = change(found, new)
        if changed:
            note(found, "organization_changed", editor.actor, at, changed=changed)


def give_first_logo(organization_id: int, logo: str, editor: Editor, at: datetime) -> bool:
    """Let an institution without a logo have this one, and say whether it did: whoever may not change it changes nothing.

    Raises NotFound and Refused: LOGO_GONE.
    """
    with transaction():
        found = lock_organization(organization_id)
        if not logo or found.logo_id is not None or not editable([found.id], editor):
            return False
        changed = change(found, {"logo_id": _logo_id(logo)})
        note(found, "organization_changed", editor.actor, at, changed=changed)
        return True


def lock_organization(organization_id: int) -> Organization:
    """Hold an institution of the directory until the transaction ends. Raises NotFound, also for one that was merged."""
    return lock_row(
        select(Organization).where(Organization.id == organization_id, Organization.merged_into_id.is_(None))
    )


def change(found: Organization, new: Mapping[str, Any]) -> dict[str, Any]:
    """Give an institution new values; return old and new of what changed, as the audit trail keeps it."""
    changed = {
        name: [plain(getattr(found, name)), plain(value)]
        for name, value in new.items()
        if getattr(found, name) != value
    }
    if changed:
        for name, value in new.items():
            setattr(found, name, value)
        found.search_text = rules.search_text_of(found.name, found.short_name, found.acronym)
        found.revision += 1
    return changed


def record_organization(values: Mapping[str, Any], actor: Actor, at: datetime) -> Organization:
    """Add an institution with these columns, in the caller's transaction. Raises IntegrityError when the key is taken."""
    found = rules.search_text_of(values["name"], values["short_name"], values["acronym"])
    organization = Organization(**values, search_text=found)
    db.session.add(organization)
    db.session.flush()
    note(organization, "organization_created", actor, at, key=organization.key, name=organization.name)
    return organization


def _values(entry: rules.OrganizationEntry) -> dict[str, Any]:
    return {
        "name": dict(entry.name),
        "short_name": dict(entry.short_name),
        "acronym": entry.acronym,
        "kind": entry.kind,
        "country": entry.country,
        "website": entry.website,
        "logo_id": _logo_id(entry.logo),
    }


def _logo_id(public_id: str) -> int | None:
    if not public_id:
        return None
    found = find_picture(public_id)
    if found is None:
        raise Refused(rules.OrganizationReason.LOGO_GONE)
    return found.id
