"""Which events an account may know of, and as what; and which a command may take out whole."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from eventreg.accounts.models import Account
from eventreg.db import Part, db, found, read_together
from eventreg.events.models import Category, Event, EventDay, TeamInvitation, TeamMember
from eventreg.events.rules.publication import Publication
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


#: built once, since every page of the desk asks it
_MEMBERSHIP = (
    select(Event, TeamMember)
    .outerjoin(TeamMember, (TeamMember.event_id == Event.id) & (TeamMember.account_id == bindparam("account_id")))
    .where(Event.slug == bindparam("slug"))
)


def find_membership(slug: str, account_id: int, is_administrator: bool) -> Membership | None:
    """Return the event as this account may know of it: one statement, None when it may not."""
    row = db.session.execute(_MEMBERSHIP, {"account_id": account_id, "slug": slug}).one_or_none()
    if row is None or (row.TeamMember is None and not is_administrator):
        return None
    return Membership(row.Event, _grant(row.TeamMember, is_administrator))


def find_grant(event_id: int, account_id: int) -> Grant:
    """Return what an account may do on an event now, as a member of its team: for work that goes on without it."""
    member = db.session.scalars(
        select(TeamMember).where(TeamMember.event_id == event_id, TeamMember.account_id == account_id)
    ).one_or_none()
    return _grant(member, is_administrator=False)


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


class Surroundings(NamedTuple):
    """What stands beside the events of an account."""

    #: of all, in the order of each
    categories: Sequence[Category]
    #: dates in order, by event; events whose days are not set are left out
    days: Mapping[int, Sequence[date]]
    #: those that the account has not answered, the newest first
    invitations: Sequence[tuple[TeamInvitation, Event]]


def read_surroundings(account_id: int, event_ids: Collection[int], at: datetime) -> Surroundings:
    """Return what stands beside these events of an account: one statement."""
    is_asked = and_(TeamInvitation.account_id == account_id, *_is_open(at))
    categories, dated, invitations = read_together(
        Part((Category,), [(Category, Category.event_id.in_(event_ids))], [Category.event_id, Category.position]),
        Part((EventDay.event_id, EventDay.held_on), [(EventDay, EventDay.event_id.in_(event_ids))], [EventDay.held_on]),
        Part(
            (TeamInvitation, Event),
            [(TeamInvitation, is_asked), (Event, Event.id == TeamInvitation.event_id)],
            [TeamInvitation.id.desc()],
        ),
    )
    days: dict[int, list[date]] = {}
    for event_id, held_on in dated:
        days.setdefault(event_id, []).append(held_on)
    return Surroundings(categories, days, invitations)


@dataclass(frozen=True)
class MemberLine:
    """A member as the team page shows it."""

    member: TeamMember
    account: Account


@dataclass(frozen=True)
class InvitationLine:
    """An invitation that waits, with who is invited and who invites."""

    invitation: TeamInvitation
    account: Account
    inviter: str


def list_members(event_id: int) -> Sequence[MemberLine]:
    """Return the members of an event's team, the mightiest role first, then by name."""
    rows = db.session.execute(
        select(TeamMember, Account)
        .join(Account, Account.id == TeamMember.account_id)
        .where(TeamMember.event_id == event_id)
        .order_by(Account.name, Account.id)
    )
    order = list(TeamRole)
    return sorted((MemberLine(*row) for row in rows), key=lambda line: order.index(line.member.role))


def list_grants(event_id: int) -> Sequence[tuple[Account, Grant]]:
    """Return the members of an event's team whose account is open, each with what it may do there, by name."""
    (rows,) = read_together(team_of(event_id))
    return grants_of(rows)


def team_of(event_id: int) -> Part:
    """Return the members of an event's team with their accounts, by name, to be read with other things."""
    joined = [(TeamMember, TeamMember.event_id == event_id), (Account, Account.id == TeamMember.account_id)]
    return Part((TeamMember, Account), joined, [Account.name, Account.id])


def grants_of(team: Sequence[tuple[TeamMember, Account]]) -> Sequence[tuple[Account, Grant]]:
    """Return the open accounts of these members, each with what it may do."""
    open_ones = [(member, account) for member, account in team if account.closed_at is None]
    return [(account, _grant(member, is_administrator=False)) for member, account in open_ones]


def get_member(event_id: int, member_id: int) -> MemberLine:
    """Return a member of this event's team. Raises NotFound."""
    row = db.session.execute(
        select(TeamMember, Account)
        .join(Account, Account.id == TeamMember.account_id)
        .where(TeamMember.event_id == event_id, TeamMember.id == member_id)
    ).one_or_none()
    return MemberLine(*found(row))


def list_open_invitations(event_id: int, at: datetime) -> Sequence[InvitationLine]:
    """Return the invitations of an event that can still be accepted at an instant, the newest first."""
    rows = db.session.execute(_open_invitations(at).where(TeamInvitation.event_id == event_id))
    return [InvitationLine(*row) for row in rows]


def find_open_invitation(public_id: str, at: datetime) -> InvitationLine | None:
    """Return an invitation that can still be accepted at an instant."""
    row = db.session.execute(_open_invitations(at).where(TeamInvitation.public_id == public_id)).one_or_none()
    return InvitationLine(*row) if row is not None else None


def grant_on(event_id: int, account_id: int) -> Grant:
    """Return what an account may do on an event as a member of its team: nothing when it is none."""
    return _grant(find_member(event_id, account_id), is_administrator=False)


def find_member(event_id: int, account_id: int) -> TeamMember | None:
    """Return the membership of an account on an event, read afresh."""
    return db.session.scalars(
        select(TeamMember)
        .where(TeamMember.event_id == event_id, TeamMember.account_id == account_id)
        .execution_options(populate_existing=True)
    ).one_or_none()


def count_owners(event_id: int) -> int:
    """Return how many own an event."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(TeamMember)
            .where(TeamMember.event_id == event_id, TeamMember.role == TeamRole.OWNER)
        )
        or 0
    )


def opens_directly(account: Account, invitation_id: int, at: datetime) -> bool:
    """Say whether an invitation may sign its account in, and be shown to whoever invites where no mail leaves.

    Only an account that has nothing to lose: never signed in, no password, no second factor, no rights here or elsewhere
    and no other invitation. Everybody else has a way in, and is asked for it.
    """
    if account.last_signed_in_at is not None or account.password_hash or account.totp_confirmed_at is not None:
        return False
    if account.is_administrator or account.may_create_events or account.closed_at is not None:
        return False
    has_rights = exists().where(TeamMember.account_id == account.id)
    is_asked_elsewhere = exists().where(
        TeamInvitation.account_id == account.id, TeamInvitation.id != invitation_id, *_is_open(at)
    )
    return not db.session.scalar(select(has_rights | is_asked_elsewhere))


def _is_open(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        TeamInvitation.accepted_at.is_(None),
        TeamInvitation.ended_at.is_(None),
        TeamInvitation.expires_at > at,
    )


def _open_invitations(at: datetime) -> Select[TeamInvitation, Account, str]:
    inviter = aliased(Account)
    return (
        select(TeamInvitation, Account, inviter.name)
        .join(Account, Account.id == TeamInvitation.account_id)
        .join(inviter, inviter.id == TeamInvitation.invited_by_id)
        .where(Account.closed_at.is_(None), *_is_open(at))
        .order_by(TeamInvitation.id.desc())
    )


class WholeEvent(NamedTuple):
    """A line of the list of all events."""

    slug: str
    publication: Publication
    title: dict[str, str]
    languages: list[str]
    #: None: no day is set
    first_day: date | None


def list_whole_events() -> Sequence[WholeEvent]:
    """Return every event, by its name in addresses."""
    rows = db.session.execute(
        select(Event.slug, Event.publication, Event.title, Event.languages, func.min(EventDay.held_on))
        .outerjoin(EventDay, EventDay.event_id == Event.id)
        .group_by(Event.id)
    )
    # Ordered here: each database has its own order of letters. JSON columns are compared by the key alone.
    return sorted((WholeEvent(*row) for row in rows), key=lambda event: event.slug)


def find_event(slug: str) -> Event | None:
    """Return the event with this name in addresses, whatever its state."""
    return db.session.scalar(select(Event).where(Event.slug == slug))


def list_slugs() -> Collection[str]:
    """Return the names in addresses of all events, for a suggestion that is free."""
    return set(db.session.scalars(select(Event.slug)))


def list_copyable_events(account_id: int) -> Sequence[Event]:
    """Return the events that an account could copy: those that it owns or manages, the newest first. At most fifty."""
    return db.session.scalars(
        select(Event)
        .join(TeamMember, TeamMember.event_id == Event.id)
        .where(TeamMember.account_id == account_id, TeamMember.role.in_((TeamRole.OWNER, TeamRole.MANAGER)))
        .order_by(Event.id.desc())
        .limit(50)
    ).all()


def owns_an_event(account_id: int) -> bool:
    """Say whether an account is an owner somewhere."""
    statement = select(TeamMember.id).where(TeamMember.account_id == account_id, TeamMember.role == TeamRole.OWNER)
    return db.session.scalar(statement.limit(1)) is not None
