"""Who belongs to an event's team."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventreg.audit.services import SYSTEM, Actor, record
from eventreg.db import transaction
from eventreg.events.models import TeamMember
from eventreg.events.queries.for_registration import lock_event
from eventreg.events.rules.team import TeamRole


def add_team_member(event_id: int, account_id: int, role: TeamRole, at: datetime, *, actor: Actor = SYSTEM) -> None:
    """Give an account a role on an event; one it has there already is replaced. Raises NotFound."""
    with transaction() as session:
        lock_event(event_id)
        member = session.scalar(
            select(TeamMember).where(TeamMember.event_id == event_id, TeamMember.account_id == account_id)
        )
        if member is not None and member.role is role:
            return
        if member is None:
            member = TeamMember(event_id=event_id, account_id=account_id)
            session.add(member)
        member.role = role
        session.flush()
        record(
            event_id=event_id,
            actor=actor,
            action="team_member_added",
            record_kind="team_member",
            record_id=member.id,
            at=at,
            detail={"account": account_id, "role": role.value},
        )
