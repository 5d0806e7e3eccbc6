"""Who belongs to an event's team."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select

from eventreg.accounts.services.accounts import lock_account
from eventreg.audit.services import SYSTEM, Actor, record
from eventreg.db import db, transaction
from eventreg.events.emails import enqueue_handed_over
from eventreg.events.models import Event, TeamInvitation, TeamMember
from eventreg.events.queries.for_registration import list_days, lock_event_in_any_state
from eventreg.events.queries.team import count_owners, find_member, get_member, grant_on
from eventreg.events.rules.agreements import Narrowing, TeamReason, TeamRefused, agree, followed_days, roles_to_give
from eventreg.events.rules.team import TeamRole
from eventreg.events.services.invitations import end_invitations
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound


def add_team_member(event_id: int, account_id: int, role: TeamRole, at: datetime, *, actor: Actor = SYSTEM) -> None:
    """Give an account a role on an event; one it has there already is replaced. Raises NotFound."""
    with transaction() as session:
        lock_event_in_any_state(event_id)
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


def change_member(event_id: int, member_id: int, role: TeamRole, wish: Narrowing, account_id: int) -> None:
    """Agree anew with a member. Invitations that the member sent out end: they give what was agreed before.

    Raises NotFound; TeamRefused: ROLE_NOT_YOURS (the member's or the new one), UNKNOWN_PART.
    """
    with transaction():
        event, member = _locked_below(event_id, member_id, account_id)
        keys = [category.key for category in event.categories]
        days = [day.held_on for day in list_days(event.id)]
        agreed = agree(grant_on(event.id, account_id), role, wish, keys, days)
        before = agreement_of(member)
        member.role = role
        member.only_categories = list(agreed.only_categories)
        member.only_days = list(agreed.only_days)
        member.withheld = list(agreed.withheld)
        after = agreement_of(member)
        changed = {part: [before[part], after[part]] for part in after if before[part] != after[part]}
        if changed:
            end_invitations(TeamInvitation.event_id == event.id, TeamInvitation.invited_by_id == member.account_id)
            detail = {"account": member.account_id, "changed": changed}
            record_member(member, "team_member_changed", Actor.account(account_id), detail)


def remove_member(event_id: int, member_id: int, account_id: int) -> None:
    """Take a member's rights away: the next request is refused. What the member sent out and waits, ends too.

    Raises NotFound and TeamRefused (ROLE_NOT_YOURS).
    """
    with transaction():
        _, member = _locked_below(event_id, member_id, account_id)
        end_membership(member, "team_member_removed", Actor.account(account_id))


def leave_team(event_id: int, account_id: int) -> None:
    """Give up one's own rights. Raises NotFound and TeamRefused (LAST_OWNER: it is handed over first)."""
    with transaction():
        event = lock_event_in_any_state(event_id)
        member = _member_of(event.id, account_id)
        if member.role is TeamRole.OWNER and count_owners(event.id) == 1:
            raise TeamRefused(TeamReason.LAST_OWNER)
        end_membership(member, "team_member_left", Actor.account(account_id))


def hand_over(event_id: int, member_id: int, account_id: int, *, stays_owner: bool) -> None:
    """Make a member an owner; whoever hands over becomes a manager, or stays an owner beside. Both are told by mail.

    The member has accepted an invitation once and can hand it back, so nothing is asked of them now. Raises NotFound and
    TeamRefused (ROLE_NOT_YOURS: only owners hand over).
    """
    with transaction():
        event = lock_event_in_any_state(event_id)
        giver = _member_of(event.id, account_id)
        if giver.role is not TeamRole.OWNER:
            raise TeamRefused(TeamReason.ROLE_NOT_YOURS)
        member = get_member(event.id, member_id).member
        if member.role is TeamRole.OWNER:
            raise NotFound
        to, former = lock_account(member.account_id), lock_account(account_id)
        make_owner(member)
        if not stays_owner:
            giver.role = TeamRole.MANAGER
        detail: dict[str, object] = {"account": member.account_id, "from": account_id, "stays_owner": stays_owner}
        record_member(member, "team_handed_over", Actor.account(account_id), detail)
        for told in (to, former):
            enqueue_handed_over(event, told, new_owner=to.name, former=former.name)


def make_owner(member: TeamMember) -> None:
    """Give a membership all that there is, in the caller's transaction."""
    member.role = TeamRole.OWNER
    member.only_categories, member.only_days, member.withheld = [], [], []


def follow_days(event_id: int, moved: Mapping[date, date], actor: Actor) -> None:
    """Let who was given some days of an event keep these very days when they get other dates, in the caller's transaction.

    Left as they are, days that change places would show a member the people of another day.
    """
    for member in db.session.scalars(select(TeamMember).where(TeamMember.event_id == event_id)):
        before, after = list(member.only_days), list(followed_days(member.only_days, moved))
        if before != after:
            member.only_days = after
            detail = {"account": member.account_id, "changed": {"only_days": [before, after]}}
            record_member(member, "team_member_changed", actor, detail)
    for invitation in db.session.scalars(select(TeamInvitation).where(TeamInvitation.event_id == event_id)):
        invitation.only_days = list(followed_days(invitation.only_days, moved))


def end_membership(member: TeamMember, action: str, by: Actor) -> None:
    """Delete a membership, and end what its account sent out and what waits for it, in the caller's transaction."""
    record_member(member, action, by, {"account": member.account_id, "role": member.role.value})
    here = TeamInvitation.event_id == member.event_id
    end_invitations(here, TeamInvitation.invited_by_id == member.account_id)
    end_invitations(here, TeamInvitation.account_id == member.account_id)
    db.session.delete(member)
    db.session.flush()


def agreement_of(member: TeamMember) -> dict[str, object]:
    """Return a member's role and what narrows it, as the audit trail keeps it."""
    return {
        "role": member.role.value,
        "only_categories": list(member.only_categories),
        "only_days": list(member.only_days),
        "withheld": list(member.withheld),
    }


def record_member(member: TeamMember, action: str, by: Actor, detail: dict[str, object]) -> None:
    """Append what happened to a membership to the event's trail, in the caller's transaction."""
    record(
        event_id=member.event_id,
        actor=by,
        action=action,
        record_kind="team_member",
        record_id=member.id,
        at=now(),
        detail=detail,
    )


def _locked_below(event_id: int, member_id: int, account_id: int) -> tuple[Event, TeamMember]:
    """Return a member whom this account may change, with the event held."""
    event = lock_event_in_any_state(event_id)
    member = get_member(event.id, member_id).member
    if member.role not in roles_to_give(grant_on(event.id, account_id)):
        raise TeamRefused(TeamReason.ROLE_NOT_YOURS)
    return event, member


def _member_of(event_id: int, account_id: int) -> TeamMember:
    member = find_member(event_id, account_id)
    if member is None:
        raise NotFound
    return member
