"""Which institutions stand behind an event: they are added, changed, moved and removed.

Each use case holds the event's row, which an archived event refuses (LifecycleRefused).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from eventreg.audit.services import Actor, record
from eventreg.db import db, transaction
from eventreg.events.models import Partner
from eventreg.events.queries.for_registration import lock_event
from eventreg.events.queries.partners import get_partner, list_partners
from eventreg.events.rules.institutions import (
    MOST_PARTNERS,
    PartnerEntry,
    PartnerReason,
    PartnerRefused,
    PartnerRole,
    moved,
)
from eventreg.kernel.text import merged
from eventreg.organizations.policies import Editor
from eventreg.organizations.queries import find_organization, list_known
from eventreg.organizations.rules.doubles import Known, is_same_name
from eventreg.organizations.rules.entries import OrganizationEntry
from eventreg.organizations.services.recording import add_organization, give_first_logo, lock_organization


@dataclass(frozen=True)
class Added:
    """What adding came to. `is_known`: the institution was in the directory, and its record was used as it is.

    `leaves_logo`: a logo was chosen, and the record has another one, or is not for this account to change.
    """

    partner_id: int
    key: str
    is_known: bool
    leaves_logo: bool = False


def add_partner(
    event_id: int,
    organization: OrganizationEntry,
    entry: PartnerEntry,
    editor: Editor,
    at: datetime,
    *,
    chosen: str = "",
    is_new: bool = False,
) -> Added:
    """Let an institution stand behind an event; it comes from the directory, or goes there first.

    From the directory come the one that was `chosen` by its key, or the only one that bears the name that was written,
    unless somebody said that it `is_new`; a logo that was chosen becomes that of a record without one.
    Raises NotFound, PartnerRefused: ALREADY_THERE, TOO_MANY (details: limit), and what
    `organizations.services.add_organization` raises, LIKELY_DOUBLE among it.
    """
    with transaction():
        lock_event(event_id)
        count = db.session.scalar(select(func.count()).select_from(Partner).where(Partner.event_id == event_id)) or 0
        if count >= MOST_PARTNERS:
            raise PartnerRefused(PartnerReason.TOO_MANY, limit=MOST_PARTNERS)
        known_id = _known(organization, chosen, is_new)
        organization_id = known_id or add_organization(organization, editor, at, is_new=is_new)
        is_known = known_id is not None
        leaves_logo = bool(is_known and organization.logo) and not give_first_logo(
            organization_id, organization.logo, editor, at
        )
        found = lock_organization(organization_id)
        partner = _insert(event_id, found.id, entry)
        detail = {"organization": found.key, "role": entry.role.value}
        _note(event_id, "partner_added", partner.id, editor.account_id, at, detail)
        return Added(partner.id, found.key, is_known, leaves_logo)


def edit_partner(
    event_id: int, partner_id: int, entry: PartnerEntry, languages: Sequence[str], account_id: int, at: datetime
) -> None:
    """Save what an institution is at an event; texts in other languages than `languages` stay.

    Raises NotFound and PartnerRefused: ALREADY_THERE when it has the new role there already.
    """
    with transaction():
        lock_event(event_id)
        partner = get_partner(event_id, partner_id)
        if partner.role is not entry.role:
            _check_free(event_id, partner.organization_id, entry.role)
        new: dict[str, Any] = {
            "role": entry.role,
            "credit": merged(partner.credit, entry.credit, languages),
            "phrase": merged(partner.phrase, entry.phrase, languages),
            "is_logo_first": entry.is_logo_first,
        }
        changed = {
            name: [_told(getattr(partner, name)), _told(value)]
            for name, value in new.items()
            if getattr(partner, name) != value
        }
        for name, value in new.items():
            setattr(partner, name, value)
        if changed:
            detail = {"organization": partner.organization.key, "changed": changed}
            _note(event_id, "partner_changed", partner.id, account_id, at, detail)


def move_partner(event_id: int, partner_id: int, *, earlier: bool, account_id: int, at: datetime) -> None:
    """Let an institution change places with its neighbour of the same role. Raises NotFound, PartnerRefused: CANNOT_MOVE."""
    with transaction():
        lock_event(event_id)
        partner = get_partner(event_id, partner_id)
        partners = {each.id: each for each in list_partners(event_id)}
        order = moved([(each.id, each.role) for each in partners.values()], partner_id, earlier=earlier)
        if order is None:
            raise PartnerRefused(PartnerReason.CANNOT_MOVE)
        for position, each in enumerate(order, 1):
            partners[each].position = position
        detail = {"organization": partner.organization.key, "direction": "earlier" if earlier else "later"}
        _note(event_id, "partner_moved", partner_id, account_id, at, detail)


def remove_partner(event_id: int, partner_id: int, account_id: int, at: datetime) -> None:
    """Let an institution no longer stand behind an event; its record stays in the directory. Raises NotFound."""
    with transaction() as session:
        lock_event(event_id)
        partner = get_partner(event_id, partner_id)
        detail = {
            "organization": partner.organization.key,
            "role": partner.role.value,
            "credit": partner.credit,
            "phrase": partner.phrase,
        }
        _note(event_id, "partner_removed", partner_id, account_id, at, detail)
        session.delete(partner)


def _known(organization: OrganizationEntry, chosen: str, is_new: bool) -> int | None:
    """Return the id of the institution of the directory that is meant; None: a new one."""
    if chosen:
        found = find_organization(chosen)
        return found.id if found is not None else None
    if is_new:
        return None
    same = [each for each in list_known() if _is_meant(organization, each)]
    return same[0].id if len(same) == 1 else None


def _is_meant(organization: OrganizationEntry, known: Known) -> bool:
    return any(is_same_name(text, known) for text in organization.name.values())


def _insert(event_id: int, organization_id: int, entry: PartnerEntry) -> Partner:
    _check_free(event_id, organization_id, entry.role)
    last = db.session.scalar(select(func.max(Partner.position)).where(Partner.event_id == event_id))
    partner = Partner(
        event_id=event_id,
        organization_id=organization_id,
        role=entry.role,
        position=(last or 0) + 1,
        credit=dict(entry.credit),
        phrase=dict(entry.phrase),
        is_logo_first=entry.is_logo_first,
    )
    db.session.add(partner)
    db.session.flush()
    return partner


def _check_free(event_id: int, organization_id: int, role: PartnerRole) -> None:
    taken = db.session.scalar(
        select(Partner.id).where(
            Partner.event_id == event_id, Partner.organization_id == organization_id, Partner.role == role
        )
    )
    if taken is not None:
        raise PartnerRefused(PartnerReason.ALREADY_THERE)


def _told(value: Any) -> Any:
    """Return a value as the audit trail keeps it: plain JSON."""
    return value.value if isinstance(value, PartnerRole) else value


def _note(
    event_id: int, action: str, partner_id: int, account_id: int, at: datetime, detail: Mapping[str, Any]
) -> None:
    record(
        event_id=event_id,
        actor=Actor.account(account_id),
        action=action,
        record_kind="partner",
        record_id=partner_id,
        at=at,
        detail=detail,
    )
