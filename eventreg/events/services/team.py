"""Who belongs to an event's team."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select, update

from eventreg.accounts.services.accounts import lock_account
from eventreg.audit.services import SYSTEM, Actor, change, note
from eventreg.db import db, found, transaction
from eventreg.events.emails import enqueue_handed_over
from eventreg.events.models import Event, TeamInvitation, TeamMember
from eventreg.events.queries.events import holding_event_in_any_state, list_days, lock_event_in_any_state
from eventreg.events.queries.team import count_owners, find_member, get_member, grant_on
from eventreg.events.rules.team import Narrowing, TeamReason, TeamRole, agree, followed_days, roles_to_give
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound, Refused


def add_team_member(event_id: int, account_id: int, role: TeamRole, at: datetime, *, actor: Actor = SYSTEM) -> None:
    """Give an account a role on an event; one it has there already is replaced. Raises NotFound."""
    with holding_event_in_any_state(event_id):
        member = db.session.scalar(
            select(TeamMember).where(TeamMember.event_id == event_id, TeamMember.account_id == account_id)
        )
        if member is not None and member.role is role:
            return
        if member is None:
            member = TeamMember(event_id=event_id, account_id=account_id)
            db.session.add(member)
        member.role = role
        db.session.flush()
        note(member, "team_member_added", actor, at, account=account_id, role=role.value)


def change_member(event_id: int, member_id: int, role: TeamRole, wish: Narrowing, account_id: int) -> None:
    """Agree anew with a member. Invitations that the member sent out end: they give what was agreed before.

    Raises NotFound; Refused: ROLE_NOT_YOURS (the member's or the new one), UNKNOWN_PART.
    """
    with transaction():
        event, member = _locked_below(event_id, member_id, account_id)
        keys = [category.key for category in event.categories]
        days = [day.held_on for day in list_days(event.id)]
        agreed = agree(grant_on(event.id, account_id), role, wish, keys, days)
        values = {"role": role, **agreed.columns()}
        if change(member, values, "team_member_changed", Actor.account(account_id), account=member.account_id):
            end_invitations(TeamInvitation.event_id == event.id, TeamInvitation.invited_by_id == member.account_id)


def remove_member(event_id: int, member_id: int, account_id: int) -> None:
    """Take a member's rights away: the next request is refused. What the member sent out and waits, ends too.

    Raises NotFound and Refused (ROLE_NOT_YOURS).
    """
    with transaction():
        _, member = _locked_below(event_id, member_id, account_id)
        end_membership(member, "team_member_removed", Actor.account(account_id))


def leave_team(event_id: int, account_id: int) -> None:
    """Give up one's own rights. Raises NotFound and Refused (LAST_OWNER: it is handed over first)."""
    with holding_event_in_any_state(event_id) as event:
        member = _member_of(event.id, account_id)
        if member.role is TeamRole.OWNER and count_owners(event.id) == 1:
            raise Refused(TeamReason.LAST_OWNER)
        end_membership(member, "team_member_left", Actor.account(account_id))


def hand_over(event_id: int, member_id: int, account_id: int, *, stays_owner: bool) -> None:
    """Make a member an owner; whoever hands over becomes a manager, or stays an owner beside. Both are told by mail.

    The member has accepted an invitation once and can hand it back, so nothing is asked of them now. Raises NotFound and
    Refused (ROLE_NOT_YOURS: only owners hand over).
    """
    with holding_event_in_any_state(event_id) as event:
        giver = _member_of(event.id, account_id)
        if giver.role is not TeamRole.OWNER:
            raise Refused(TeamReason.ROLE_NOT_YOURS)
        member = get_member(event.id, member_id).member
        if member.role is TeamRole.OWNER:
            raise NotFound
        to, former = lock_account(member.account_id), lock_account(account_id)
        make_owner(member)
        if not stays_owner:
            giver.role = TeamRole.MANAGER
        note_handed_over(member, account_id, Actor.account(account_id), stays_owner=stays_owner)
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
        values = {"only_days": list(followed_days(member.only_days, moved))}
        change(member, values, "team_member_changed", actor, account=member.account_id)
    for invitation in db.session.scalars(select(TeamInvitation).where(TeamInvitation.event_id == event_id)):
        invitation.only_days = list(followed_days(invitation.only_days, moved))


def end_membership(member: TeamMember, action: str, by: Actor) -> None:
    """Delete a membership, and end what its account sent out and what waits for it, in the caller's transaction."""
    note(member, action, by, account=member.account_id, role=member.role.value)
    here = TeamInvitation.event_id == member.event_id
    end_invitations(here, TeamInvitation.invited_by_id == member.account_id)
    end_invitations(here, TeamInvitation.account_id == member.account_id)
    db.session.delete(member)
    db.session.flush()


def note_handed_over(member: TeamMember, former_id: int, by: Actor, *, stays_owner: bool) -> None:
    """Tell in the event's trail who became an owner in whose place, in the caller's transaction."""
    detail = {"account": member.account_id, "from": former_id, "stays_owner": stays_owner}
    note(member, "team_handed_over", by, **detail)


def _locked_below(event_id: int, member_id: int, account_id: int) -> tuple[Event, TeamMember]:
    """Return a member whom this account may change, with the event held."""
    event = lock_event_in_any_state(event_id)
    member = get_member(event.id, member_id).member
    if member.role not in roles_to_give(grant_on(event.id, account_id)):
        raise Refused(TeamReason.ROLE_NOT_YOURS)
    return event, member


def _member_of(event_id: int, account_id: int) -> TeamMember:
    return found(find_member(event_id, account_id))


def end_invitations(*which: object) -> None:
    """End the open invitations that fulfil these conditions, in the caller's transaction."""
    db.session.execute(
        update(TeamInvitation)
        .where(TeamInvitation.accepted_at.is_(None), TeamInvitation.ended_at.is_(None), *which)  # type: ignore[arg-type]
        .values(ended_at=now())
    )
