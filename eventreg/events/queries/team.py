"""Which events an account may know of, and as what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Event, EventDay, TeamMember
from eventreg.events.rules.team import Grant, TeamRole, grant_of


@dataclass(frozen=True)
class Membership:
    """An event and what an account may do there."""

    event: Event
    grant: Grant

    @property
    def role(self) -> TeamRole | None:
        """The account's role; None for an administrator who is no team member."""
        return self.grant.role


def find_membership(slug: str, account_id: int, is_administrator: bool) -> Membership | None:
    """Return the event as this account may know of it: one statement, None when it may not."""
    row = db.session.execute(
        select(Event, TeamMember)
        .outerjoin(TeamMember, (TeamMember.event_id == Event.id) & (TeamMember.account_id == account_id))
        .where(Event.slug == slug)
    ).one_or_none()
    if row is None or (row.TeamMember is None and not is_administrator):
        return None
    return Membership(row.Event, _grant(row.TeamMember, is_administrator))


def list_memberships(account_id: int, is_administrator: bool) -> Sequence[Membership]:
    """Return the events an account may know of, the newest first."""
    statement = (
        select(Event, TeamMember)
        .outerjoin(TeamMember, (TeamMember.event_id == Event.id) & (TeamMember.account_id == account_id))
        .order_by(Event.created_at.desc(), Event.id.desc())
    )
    if not is_administrator:
        statement = statement.where(TeamMember.id.is_not(None))
    return [Membership(event, _grant(member, is_administrator)) for event, member in db.session.execute(statement)]


def _grant(member: TeamMember | None, is_administrator: bool) -> Grant:
    if member is None:
        return grant_of(None, is_administrator)
    return grant_of(
        member.role,
        is_administrator,
        only_categories=member.only_categories,
        only_days=member.only_days,
        withheld=member.withheld,
    )


def list_days_of(event_ids: Collection[int]) -> dict[int, list[date]]:
    """Return the dates of these events, in order, by event; events whose days are not set are left out."""
    dates: dict[int, list[date]] = {}
    rows = db.session.execute(
        select(EventDay.event_id, EventDay.held_on).where(EventDay.event_id.in_(event_ids)).order_by(EventDay.held_on)
    )
    for event_id, held_on in rows:
        dates.setdefault(event_id, []).append(held_on)
    return dates
