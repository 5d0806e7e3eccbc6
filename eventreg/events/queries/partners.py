"""Which institutions stand behind events, and who has a say over them in the directory."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import CompoundSelect, select, union
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from eventreg.db import db, get_of_event
from eventreg.events.models import Event, Partner, Speaker, TeamMember
from eventreg.events.queries.team import list_memberships
from eventreg.events.rules.publication import PUBLIC
from eventreg.events.rules.team import Permission, TeamRole
from eventreg.organizations.models import Organization
from eventreg.organizations.policies import Use

_WITH_RECORD = (joinedload(Partner.organization).joinedload(Organization.logo),)
_RUNNING = (TeamRole.OWNER, TeamRole.MANAGER)


def list_partners(event_id: int) -> Sequence[Partner]:
    """Return the institutions of an event with their records and logos, in their order within each role."""
    return db.session.scalars(
        select(Partner)
        .options(*_WITH_RECORD)
        .where(Partner.event_id == event_id)
        .order_by(Partner.position, Partner.id)
    ).all()


def load_partners(event: Event) -> Sequence[Partner]:
    """Load the institutions of an event into `event.partners`, as the wording of its credits needs them."""
    found = list_partners(event.id)
    set_committed_value(event, "partners", found)
    return found


def get_partner(event_id: int, partner_id: int) -> Partner:
    """Return an institution of this event with its record and logo. Raises NotFound, also for another event's."""
    return get_of_event(Partner, event_id, _WITH_RECORD, id=partner_id)


def list_uses(
    organization_ids: Collection[int], account_id: int, is_administrator: bool
) -> Mapping[int, Sequence[Use]]:
    """Return the events that name each of these institutions or a speaker of theirs, the newest first.

    An event that is not public bears its title only for whoever may know of it.
    """
    if not organization_ids:
        return {}
    own = set(db.session.scalars(select(TeamMember.event_id).where(TeamMember.account_id == account_id)))
    pairs = _pairs(organization_ids).subquery()
    rows = db.session.execute(
        select(pairs.c.organization_id, Event.id, Event.slug, Event.title, Event.publication)
        .join(Event, Event.id == pairs.c.event_id)
        .order_by(Event.created_at.desc(), Event.id.desc())
    )
    uses: dict[int, list[Use]] = {}
    for row in rows:
        if is_administrator or row.id in own:
            use = Use(row.title, url_for("site.manage_event", slug=row.slug))
        elif row.publication in PUBLIC:
            use = Use(row.title, url_for("site.show_event", slug=row.slug))
        else:
            use = Use({})
        uses.setdefault(row.organization_id, []).append(use)
    return uses


def runs_an_event(account_id: int) -> bool:
    """Say whether an account owns or manages any event and may edit it there."""
    return bool(_run_by(account_id))


def list_foreign(organization_ids: Collection[int], account_id: int) -> frozenset[int]:
    """Return which of these institutions are used at an event that the account neither owns nor manages."""
    run = _run_by(account_id)
    pairs = db.session.execute(_pairs(organization_ids))
    return frozenset(pair.organization_id for pair in pairs if pair.event_id not in run)


def _run_by(account_id: int) -> set[int]:
    """Return the ids of the events that an account runs as far as their texts and institutions go."""
    return {
        each.event.id
        for each in list_memberships(account_id, is_administrator=False)
        if each.role in _RUNNING and each.grant.allows(Permission.EDIT_EVENT)
    }


def _pairs(organization_ids: Collection[int]) -> CompoundSelect[Any, Any]:
    """Return (organization_id, event_id) of whatever refers to these institutions."""
    return union(
        select(Partner.organization_id, Partner.event_id).where(Partner.organization_id.in_(organization_ids)),
        select(Speaker.organization_id, Speaker.event_id).where(Speaker.organization_id.in_(organization_ids)),
    )
