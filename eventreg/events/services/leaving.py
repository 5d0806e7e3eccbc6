"""A colleague leaves altogether: every right on every event ends in one transaction, and no event is left without an owner."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select

from eventreg.accounts.services.accounts import lock_account
from eventreg.accounts.services.closing import NeedsSuccessor, OwnedAlone
from eventreg.audit.services import Actor
from eventreg.db import db
from eventreg.events.emails import enqueue_handed_over
from eventreg.events.models import Event, TeamInvitation, TeamMember
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.events.queries.team import count_owners, find_member
from eventreg.events.rules.team import TeamRole
from eventreg.events.services.team import end_invitations, end_membership, make_owner, note_handed_over
from eventreg.kernel.clock import now
from eventreg.kernel.errors import Busy


class TeamBelongings:
    """What accounts have on events, for the room of accounts, which knows no events (`accounts.services.closing`)."""

    def count_roles(self, account_ids: Collection[int]) -> Mapping[int, int]:
        """Return on how many events each of these accounts has a role; those with none are left out."""
        rows = db.session.execute(
            select(TeamMember.account_id, func.count())
            .where(TeamMember.account_id.in_(account_ids))
            .group_by(TeamMember.account_id)
        )
        return {row[0]: row[1] for row in rows}

    def list_owned_alone(self, account_id: int) -> Sequence[OwnedAlone]:
        """Return the events that nobody else owns, in the order of their making."""
        owners = (
            select(TeamMember.event_id)
            .where(TeamMember.role == TeamRole.OWNER)
            .group_by(TeamMember.event_id)
            .having(func.count() == 1)
        )
        rows = db.session.execute(
            select(Event.slug, Event.title)
            .join(TeamMember, TeamMember.event_id == Event.id)
            .where(
                TeamMember.account_id == account_id,
                TeamMember.role == TeamRole.OWNER,
                TeamMember.event_id.in_(owners),
            )
            .order_by(Event.id)
        )
        return [OwnedAlone(row.slug, row.title) for row in rows]

    def give_up(self, account_id: int, successor_id: int | None, by: Actor) -> None:
        """End every right and every invitation of an account, in the caller's transaction, with an entry in each event.

        What it owns alone goes to `successor_id`. Raises NeedsSuccessor when there is none, and Busy when the account joined
        a team in this very moment.
        """
        held = [lock_event_in_any_state(event_id).id for event_id in _event_ids(account_id)]
        # From here on the account joins nothing: whoever joins needs its row.
        lock_account(account_id)
        if successor_id is not None:
            lock_account(successor_id)
        if not set(_event_ids(account_id)) <= set(held):
            raise Busy
        for event_id in held:
            _leave(event_id, account_id, successor_id, by)
        end_invitations(TeamInvitation.account_id == account_id)
        end_invitations(TeamInvitation.invited_by_id == account_id)


def _event_ids(account_id: int) -> Sequence[int]:
    """Return the events of an account in the order in which they are locked everywhere."""
    return db.session.scalars(
        select(TeamMember.event_id).where(TeamMember.account_id == account_id).order_by(TeamMember.event_id)
    ).all()


def _leave(event_id: int, account_id: int, successor_id: int | None, by: Actor) -> None:
    member = find_member(event_id, account_id)
    if member is None:
        return
    if member.role is TeamRole.OWNER and count_owners(event_id) == 1:
        _succeed(event_id, account_id, successor_id, by)
    end_membership(member, "team_member_removed", by)


def _succeed(event_id: int, account_id: int, successor_id: int | None, by: Actor) -> None:
    if successor_id is None or successor_id == account_id:
        raise NeedsSuccessor
    successor = find_member(event_id, successor_id)
    if successor is None:
        successor = TeamMember(event_id=event_id, account_id=successor_id, role=TeamRole.OWNER, added_at=now())
        db.session.add(successor)
    make_owner(successor)
    db.session.flush()
    note_handed_over(successor, account_id, by, stays_owner=False)
    to, former = lock_account(successor_id), lock_account(account_id)
    event = db.session.get_one(Event, event_id)
    enqueue_handed_over(event, to, new_owner=to.name, former=former.name)
