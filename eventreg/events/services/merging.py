"""What two institutions becoming one means for events: partners and speakers refer to the one that stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from eventreg.audit.services import Actor, Target, note
from eventreg.db import db, transaction
from eventreg.events.models import Partner, Speaker
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.organizations.models import Organization


def repoint_organization(goes_id: int, stays_id: int, actor: Actor, at: datetime) -> Mapping[str, int]:
    """Let partners and speakers of every event refer to `stays_id` instead of `goes_id`, in the caller's transaction.

    Where both have the same role at an event, one row is left, with the words and duties of the other where it has none.
    Archived events too: whom they name does not change. Returns how many of each were pointed anew.
    """
    with transaction() as session:
        partners = session.scalars(select(Partner).where(Partner.organization_id == goes_id)).all()
        speakers = session.scalars(select(Speaker).where(Speaker.organization_id == goes_id)).all()
        named_at = {partner.event_id for partner in partners} | {speaker.event_id for speaker in speakers}
        for event_id in sorted(named_at):
            lock_event_in_any_state(event_id)
            moved = {
                "partners": sum(row.event_id == event_id for row in partners),
                "speakers": sum(row.event_id == event_id for row in speakers),
            }
            target = Target(Organization, stays_id, event_id)
            note(target, "organization_merged", actor, at, **{"from": goes_id, "to": stays_id, **moved})
        for partner in partners:
            _repoint_partner(partner, stays_id)
        for speaker in speakers:
            speaker.organization_id = stays_id
            speaker.revision += 1
        session.flush()
        return {"partners": len(partners), "speakers": len(speakers)}


def _repoint_partner(partner: Partner, stays_id: int) -> None:
    twin = db.session.scalar(
        select(Partner).where(
            Partner.event_id == partner.event_id, Partner.organization_id == stays_id, Partner.role == partner.role
        )
    )
    if twin is None:
        partner.organization_id = stays_id
        return
    twin.credit = {**partner.credit, **twin.credit}
    twin.phrase = {**partner.phrase, **twin.phrase}
    twin.is_logo_first = twin.is_logo_first or partner.is_logo_first
    twin.position = min(twin.position, partner.position)
    db.session.delete(partner)
