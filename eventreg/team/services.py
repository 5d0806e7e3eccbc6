"""A colleague leaves altogether: every right on every event ends in one transaction, and no event is left without an owner.

Invitations to a team: made, sent again, taken back, accepted, declined.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from eventreg.accounts.models import Account
from eventreg.accounts.queries import find_account_by_address
from eventreg.accounts.rules import guarding, profiles
from eventreg.accounts.rules.profiles import AccountReason
from eventreg.accounts.services.accounts import NeedsSuccessor, OwnedAlone, change_profile, create_account, lock_account
from eventreg.accounts.services.guards import Try, admit
from eventreg.accounts.services.sign_in import set_password
from eventreg.audit.services import Actor, note, plain
from eventreg.db import db, transaction
from eventreg.events.emails import enqueue_handed_over, enqueue_invitation
from eventreg.events.links import invitation_id_of
from eventreg.events.models import Event, TeamInvitation, TeamMember
from eventreg.events.queries.events import holding_event_in_any_state, list_days, lock_event_in_any_state
from eventreg.events.queries.team import count_owners, find_member, find_open_invitation, grant_on, opens_directly
from eventreg.events.rules import team
from eventreg.events.services.team import end_invitations, end_membership, make_owner, note_handed_over
from eventreg.kernel import clock, tokens
from eventreg.kernel.errors import Busy, NotFound, Refused


class TeamBelongings:
    """What accounts have on events, for the room of accounts, which knows no events (`accounts.services.accounts`)."""

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
            .where(TeamMember.role == team.TeamRole.OWNER)
            .group_by(TeamMember.event_id)
            .having(func.count() == 1)
        )
        rows = db.session.execute(
            select(Event.slug, Event.title)
            .join(TeamMember, TeamMember.event_id == Event.id)
            .where(
                TeamMember.account_id == account_id,
                TeamMember.role == team.TeamRole.OWNER,
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
    if member.role is team.TeamRole.OWNER and count_owners(event_id) == 1:
        _succeed(event_id, account_id, successor_id, by)
    end_membership(member, "team_member_removed", by)


def _succeed(event_id: int, account_id: int, successor_id: int | None, by: Actor) -> None:
    if successor_id is None or successor_id == account_id:
        raise NeedsSuccessor
    successor = find_member(event_id, successor_id)
    if successor is None:
        successor = TeamMember(
            event_id=event_id, account_id=successor_id, role=team.TeamRole.OWNER, added_at=clock.now()
        )
        db.session.add(successor)
    make_owner(successor)
    db.session.flush()
    note_handed_over(successor, account_id, by, stays_owner=False)
    to, former = lock_account(successor_id), lock_account(account_id)
    event = db.session.get_one(Event, event_id)
    enqueue_handed_over(event, to, new_owner=to.name, former=former.name)


#: columns of an invitation and of the membership that it becomes
_AGREED = ("role", "only_categories", "only_days", "withheld")


@dataclass(frozen=True)
class NewMember:
    """Whom somebody wants in the team, as what. `language` is that of the mail, and of an account that is made."""

    email: str
    name: str
    language: str
    role: team.TeamRole
    narrowing: team.Narrowing = field(default_factory=team.Narrowing)
    note: str = ""


@dataclass(frozen=True)
class Newcomer:
    """What somebody whose account is new says about themselves. `password` may be empty."""

    name: str
    language: str
    password: str = ""


@dataclass(frozen=True)
class Accepted:
    """An invitation that was accepted. `signs_in`: the link was the account's way in, and a session is to begin."""

    account_id: int
    slug: str
    signs_in: bool


def invite(event_id: int, wish: NewMember, account_id: int) -> str:
    """Invite somebody by mail and return the invitation's public id. An account that is not there is made.

    An earlier invitation of the same account to this event ends. Raises NotFound; Refused: ROLE_NOT_YOURS,
    UNKNOWN_PART, NOTE_TOO_LONG, ALREADY_MEMBER, ACCOUNT_CLOSED, TOO_MANY_INVITATIONS, NAME_MISSING,
    ADDRESS_INVALID.
    """
    words = wish.note.strip()
    if len(words) > team.LONGEST_NOTE:
        raise Refused(team.TeamReason.NOTE_TOO_LONG, limit=team.LONGEST_NOTE)
    with holding_event_in_any_state(event_id) as event:
        agreed = _agreed(event, wish, account_id)
        account = _account_for(wish, account_id)
        if find_member(event.id, account.id) is not None:
            raise Refused(team.TeamReason.ALREADY_MEMBER)
        _count(event_id, account_id, wish.email)
        end_invitations(TeamInvitation.event_id == event.id, TeamInvitation.account_id == account.id)
        at = clock.now()
        invitation = TeamInvitation(
            public_id=tokens.new_public_id(),
            event_id=event.id,
            account_id=account.id,
            role=wish.role,
            **agreed.columns(),
            note=words,
            invited_by_id=account_id,
            created_at=at,
            expires_at=at + team.INVITATION_LASTS,
        )
        db.session.add(invitation)
        db.session.flush()
        enqueue_invitation(event, account, invitation, lock_account(account_id).name)
        note(invitation, "team_invited", Actor.account(account_id), **_agreement(invitation))
        return invitation.public_id


def send_invitation_again(event_id: int, public_id: str, account_id: int) -> None:
    """Send an invitation once more; its 14 days begin anew. Raises NotFound, Refused (as `invite`)."""
    with transaction():
        event, invitation = _locked_by_team(event_id, public_id, account_id)
        account = lock_account(invitation.account_id)
        _count(event_id, account_id, account.email)
        invitation.expires_at = clock.now() + team.INVITATION_LASTS
        enqueue_invitation(event, account, invitation, lock_account(account_id).name)
        note(invitation, "team_invitation_sent_again", Actor.account(account_id), account=invitation.account_id)


def revoke_invitation(event_id: int, public_id: str, account_id: int) -> None:
    """Take an invitation back: its link opens nothing any more. Raises NotFound, Refused (ROLE_NOT_YOURS)."""
    with transaction():
        _, invitation = _locked_by_team(event_id, public_id, account_id)
        invitation.ended_at = clock.now()
        note(invitation, "team_invitation_revoked", Actor.account(account_id), account=invitation.account_id)


def accept_invitation(token: str, account_id: int | None, newcomer: Newcomer | None) -> Accepted:
    """Join the team; of two at once one succeeds. `account_id` is whoever is signed in.

    Somebody whose account was made for this and opens nothing else says who they are (`newcomer`) and need not sign in.
    Raises Refused: INVITATION_OVER, OTHER_ACCOUNT, SIGN_IN_FIRST; and as `change_profile` and
    `set_password` do.
    """
    if newcomer is not None and newcomer.password:
        profiles.check_new_password(newcomer.password)
    with transaction() as session:
        event, invitation = _locked_by_token(token)
        account = _lock_invited(invitation)
        signs_in = _enters_by_link(account, invitation, account_id)
        if signs_in and newcomer is not None:
            change_profile(account.id, newcomer.name, newcomer.language)
        invitation.accepted_at = clock.now()
        if find_member(event.id, account.id) is None:
            session.add(_member(invitation))
            session.flush()
        note(invitation, "team_joined", Actor.account(account.id), **_agreement(invitation))
    if signs_in and newcomer is not None and newcomer.password:
        # Hashing takes as long as fifty small transactions: nobody waits for it.
        set_password(account.id, newcomer.password, Actor.account(account.id))
    return Accepted(account.id, event.slug, signs_in)


def decline_invitation(token: str) -> None:
    """Say no. Whoever holds the link may: it gives nothing away. Raises Refused (INVITATION_OVER)."""
    with transaction():
        _, invitation = _locked_by_token(token)
        invitation.ended_at = clock.now()
        note(
            invitation, "team_invitation_declined", Actor.account(invitation.account_id), account=invitation.account_id
        )


def _agreed(event: Event, wish: NewMember, account_id: int) -> team.Narrowing:
    keys = [category.key for category in event.categories]
    days = [day.held_on for day in list_days(event.id)]
    return team.agree(grant_on(event.id, account_id), wish.role, wish.narrowing, keys, days)


def _account_for(wish: NewMember, account_id: int) -> Account:
    """Return the account of the address, held; a new one where there is none."""
    found = find_account_by_address(wish.email)
    try:
        known = (
            found.id if found else create_account(wish.email, wish.name, wish.language, by=Actor.account(account_id))
        )
    except Refused as refused:
        if refused.reason is AccountReason.ADDRESS_TAKEN:
            raise Refused(team.TeamReason.ACCOUNT_CLOSED) from refused
        raise
    return lock_account(known)


def _count(event_id: int, account_id: int, email: str) -> None:
    # By event: the team of one does not use up what an address may get of another's.
    tries = (
        Try(guarding.INVITATION_BY_ACCOUNT, str(account_id)),
        Try(guarding.INVITATION_BY_ADDRESS, f"{event_id}/{profiles.address_key(email)}"),
    )
    if admit(*tries) is None:
        raise Refused(team.TeamReason.TOO_MANY_INVITATIONS, minutes=guarding.INVITATION_BY_ACCOUNT.minutes)


def _locked_by_team(event_id: int, public_id: str, account_id: int) -> tuple[Event, TeamInvitation]:
    """Return an open invitation of the event for a member who may give its role."""
    event = lock_event_in_any_state(event_id)
    line = find_open_invitation(public_id, clock.now())
    if line is None or line.invitation.event_id != event.id:
        raise NotFound
    if line.invitation.role not in team.roles_to_give(grant_on(event.id, account_id)):
        raise Refused(team.TeamReason.ROLE_NOT_YOURS)
    return event, line.invitation


def _locked_by_token(token: str) -> tuple[Event, TeamInvitation]:
    """Return the open invitation of a token, with its event held, so that it is answered once."""
    public_id = invitation_id_of(token)
    line = find_open_invitation(public_id, clock.now()) if public_id is not None else None
    if public_id is None or line is None:
        raise Refused(team.TeamReason.INVITATION_OVER)
    event = lock_event_in_any_state(line.invitation.event_id)
    # Read again under the lock: another may have answered while this one waited for it.
    db.session.refresh(line.invitation)
    line = find_open_invitation(public_id, clock.now())
    if line is None:
        raise Refused(team.TeamReason.INVITATION_OVER)
    return event, line.invitation


def _lock_invited(invitation: TeamInvitation) -> Account:
    try:
        return lock_account(invitation.account_id)
    except NotFound:
        raise Refused(team.TeamReason.INVITATION_OVER) from None


def _enters_by_link(account: Account, invitation: TeamInvitation, account_id: int | None) -> bool:
    """Say whether the link is the account's way in: not for whoever is signed in, and never past another way in."""
    if account_id == account.id:
        return False
    if account_id is not None:
        raise Refused(team.TeamReason.OTHER_ACCOUNT)
    if not opens_directly(account, invitation.id, clock.now()):
        raise Refused(team.TeamReason.SIGN_IN_FIRST)
    return True


def _member(invitation: TeamInvitation) -> TeamMember:
    values = {name: getattr(invitation, name) for name in ("event_id", "account_id", *_AGREED)}
    return TeamMember(**values, added_at=clock.now())


def _agreement(invitation: TeamInvitation) -> dict[str, object]:
    return {"account": invitation.account_id, **{name: plain(getattr(invitation, name)) for name in _AGREED}}
