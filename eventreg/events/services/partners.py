"""Which institutions stand behind an event: they are added, changed, moved and removed.

Each use case holds the event's row, which an archived event refuses (LifecycleRefused).

What two institutions becoming one means for events: partners and speakers refer to the one that stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from eventreg.audit.services import Actor, Target, change, note
from eventreg.db import db, move_in_order, transaction
from eventreg.events.models import Partner, Speaker
from eventreg.events.queries.events import holding_event, lock_event_in_any_state
from eventreg.events.queries.partners import get_partner, list_partners
from eventreg.events.rules.institutions import MOST_PARTNERS, PartnerEntry, PartnerReason, PartnerRole
from eventreg.kernel import clock
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import merged
from eventreg.organizations.models import Organization
from eventreg.organizations.policies import Editor
from eventreg.organizations.queries import find_organization, list_known
from eventreg.organizations.rules import KnownInstitution, OrganizationEntry, is_same_name
from eventreg.organizations.services import add_organization, give_first_logo, lock_organization


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
    *,
    chosen: str = "",
    is_new: bool = False,
) -> Added:
    """Let an institution stand behind an event; it comes from the directory, or goes there first.

    From the directory come the one that was `chosen` by its key, or the only one that bears the name that was written,
    unless somebody said that it `is_new`; a logo that was chosen becomes that of a record without one.
    Raises NotFound, Refused: ALREADY_THERE, TOO_MANY, and what
    `organizations.services.add_organization` raises, LIKELY_DOUBLE among it.
    """
    with holding_event(event_id):
        count = db.session.scalar(select(func.count()).select_from(Partner).where(Partner.event_id == event_id)) or 0
        if count >= MOST_PARTNERS:
            raise Refused(PartnerReason.TOO_MANY, limit=MOST_PARTNERS)
        known_id = _known(organization, chosen, is_new)
        organization_id = known_id or add_organization(organization, editor, clock.now(), is_new=is_new)
        is_known = known_id is not None
        leaves_logo = bool(is_known and organization.logo) and not give_first_logo(
            organization_id, organization.logo, editor, clock.now()
        )
        found = lock_organization(organization_id)
        partner = _insert(event_id, found.id, entry)
        note(partner, "partner_added", editor.actor, organization=found.key, role=entry.role.value)
        return Added(partner.id, found.key, is_known, leaves_logo)


def edit_partner(event_id: int, partner_id: int, entry: PartnerEntry, languages: Sequence[str], actor: Actor) -> None:
    """Save what an institution is at an event; texts in other languages than `languages` stay.

    Raises NotFound and Refused: ALREADY_THERE when it has the new role there already.
    """
    with holding_event(event_id):
        partner = get_partner(event_id, partner_id)
        if partner.role is not entry.role:
            _check_free(event_id, partner.organization_id, entry.role)
        values = {
            "role": entry.role,
            "credit": merged(partner.credit, entry.credit, languages),
            "phrase": merged(partner.phrase, entry.phrase, languages),
            "is_logo_first": entry.is_logo_first,
        }
        change(partner, values, "partner_changed", actor, organization=partner.organization.key)


def move_partner(event_id: int, partner_id: int, actor: Actor, *, earlier: bool) -> None:
    """Let an institution change places with its neighbour of the same role. Raises NotFound, Refused: CANNOT_MOVE."""
    with holding_event(event_id):
        partner = get_partner(event_id, partner_id)
        roles, step = list(PartnerRole), -1 if earlier else 1
        order = sorted(list_partners(event_id), key=lambda each: roles.index(each.role))
        place = order.index(partner)
        if not any(each.role is partner.role for each in order[max(place + step, 0) : place + step + 1]):
            raise Refused(PartnerReason.CANNOT_MOVE)
        move_in_order(order, place, step)
        key, direction = partner.organization.key, "earlier" if earlier else "later"
        note(partner, "partner_moved", actor, organization=key, direction=direction)


def remove_partner(event_id: int, partner_id: int, actor: Actor) -> None:
    """Let an institution no longer stand behind an event; its record stays in the directory. Raises NotFound."""
    with holding_event(event_id):
        partner = get_partner(event_id, partner_id)
        told = {"organization": partner.organization.key, "role": partner.role.value}
        note(partner, "partner_removed", actor, **told, credit=partner.credit, phrase=partner.phrase)
        db.session.delete(partner)


def _known(organization: OrganizationEntry, chosen: str, is_new: bool) -> int | None:
    """Return the id of the institution of the directory that is meant; None: a new one."""
    if chosen:
        found = find_organization(chosen)
        return found.id if found is not None else None
    if is_new:
        return None
    same = [each for each in list_known() if _is_meant(organization, each)]
    return same[0].id if len(same) == 1 else None


def _is_meant(organization: OrganizationEntry, known: KnownInstitution) -> bool:
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
        raise Refused(PartnerReason.ALREADY_THERE)


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
