"""Invitations and access codes of an event, as far as somebody may know of them: how far each has come, who came by it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from eventreg.db import db, found, lock_row
from eventreg.events.models import Category
from eventreg.events.rules.team import Scope, Sight
from eventreg.invitations.rules.invitations import InvitationState, Story, state_of
from eventreg.kernel.errors import N_
from eventreg.kernel.text import folded
from eventreg.mail.queries import list_latest_states
from eventreg.mail.rules import LOST, Standing
from eventreg.registration.models import AccessCode, Invitation, Registration
from eventreg.registration.queries import places, scoping
from eventreg.registration.rules.states import RegisteringReason, Status
from eventreg.registration.rules.ways_in import CodeState, refusal_of_code


def lock_invitation(event_id: int, public_id: str) -> Invitation:
    """Load an invitation afresh inside the transaction; the caller holds the event's row already. Raises NotFound."""
    return lock_row(select(Invitation).where(Invitation.event_id == event_id, Invitation.public_id == public_id))


def find_open_keys(event_id: int, emails: Collection[str], now: datetime) -> set[str]:
    """Return which of these folded addresses an invitation has that can still be used."""
    return set(
        db.session.scalars(
            select(Invitation.email_key).where(
                Invitation.event_id == event_id,
                Invitation.email_key.in_(emails),
                Invitation.used_at.is_(None),
                Invitation.declined_at.is_(None),
                Invitation.taken_back_at.is_(None),
                or_(Invitation.expires_at.is_(None), Invitation.expires_at > now),
            )
        )
    )


def find_live_keys(event_id: int, emails: Collection[str]) -> dict[str, Registration]:
    """Return the live registrations with these folded addresses, by address."""
    rows = db.session.scalars(
        select(Registration).where(
            Registration.event_id == event_id,
            Registration.email_key.in_(emails),
            Registration.status != Status.CANCELLED,
        )
    )
    return {row.email_key: row for row in rows}


def tell_stories(event_id: int, invitations: Sequence[Invitation]) -> dict[int, Story]:
    """Return what has happened to each of these invitations of an event, by id: two statements."""
    standings = list_latest_states(event_id, [row.id for row in invitations], places.RECORD_KIND)
    live = find_live_keys(event_id, {row.email_key for row in invitations if row.email_key and row.used_at is None})
    return {
        row.id: Story(
            sent_at=row.sent_at,
            reminded_at=row.reminded_at,
            used_at=row.used_at,
            declined_at=row.declined_at,
            taken_back_at=row.taken_back_at,
            expires_at=row.expires_at,
            has_trouble=standings.get(row.id) in LOST,
            is_in_doubt=standings.get(row.id) is Standing.DOUBTFUL,
            is_registered_otherwise=row.email_key in live,
        )
        for row in invitations
    }


#: lines on one page
PAGE = 100


@dataclass(frozen=True)
class InvitationLine:
    """One invitation with how far it has come; `registration` is the person's, where one may know of it."""

    invitation: Invitation
    category: Category
    state: InvitationState
    registration: Registration | None

    @property
    def name(self) -> str:
        """The person's name, or "" where none is known."""
        return f"{self.invitation.given_name} {self.invitation.family_name}".strip()


@dataclass(frozen=True)
class InvitationList:
    """One page of the invitations that were looked for, and how many there are in each state."""

    lines: Sequence[InvitationLine]
    counts: Counter[InvitationState]
    found: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; one at least."""
        return max(1, -(-self.found // PAGE))


def list_invitations(
    event_id: int, sight: Sight, now: datetime, *, state: InvitationState | None = None, search: str = "", page: int = 1
) -> InvitationList:
    """Return the newest invitations first. `search` looks in names, institutions and, for whoever may, addresses."""
    lines = [line for line in _lines(event_id, sight, now) if _is_found(line, folded(search), sight)]
    counts = Counter(line.state for line in lines)
    shown = [line for line in lines if state is None or line.state is state]
    page = max(1, min(page, -(-len(shown) // PAGE)))
    return InvitationList(shown[(page - 1) * PAGE : page * PAGE], counts, len(shown), page)


def get_invitation_line(event_id: int, public_id: str, sight: Sight, now: datetime) -> InvitationLine:
    """Return one invitation of this event and scope. Any other is NotFound, like none at all."""
    return found(next(iter(_lines(event_id, sight, now, public_id)), None))


def _lines(event_id: int, sight: Sight, now: datetime, public_id: str = "") -> list[InvitationLine]:
    statement = (
        select(Invitation, Category)
        .join(Category, Category.id == Invitation.category_id)
        .where(Invitation.event_id == event_id)
        .order_by(Invitation.id.desc())
    )
    if public_id:
        statement = statement.where(Invitation.public_id == public_id)
    if sight.scope.categories is not None:
        statement = statement.where(Category.key.in_(sorted(sight.scope.categories)))
    rows = db.session.execute(statement).all()
    invitations = [invitation for invitation, _ in rows]
    stories, registrations = tell_stories(event_id, invitations), _registrations(event_id, invitations, sight)
    return [
        InvitationLine(row, category, state_of(stories[row.id], now), registrations.get(row.id))
        for row, category in rows
    ]


def _registrations(event_id: int, invitations: Sequence[Invitation], sight: Sight) -> dict[int, Registration]:
    """Return the registration of each invited person that is in sight, by invitation."""
    open_keys = {row.email_key for row in invitations if row.email_key and row.registration_id is None}
    by_key = find_live_keys(event_id, open_keys)
    ids = {row.id: row.registration_id or getattr(by_key.get(row.email_key), "id", None) for row in invitations}
    wanted = [id_ for id_ in ids.values() if id_ is not None]
    statement = scoping.in_scope(select(Registration).where(Registration.id.in_(wanted)), event_id, sight.scope)
    known = {row.id: row for row in db.session.scalars(statement.where(Registration.event_id == event_id))}
    return {invitation_id: known[id_] for invitation_id, id_ in ids.items() if id_ in known}


def _is_found(line: InvitationLine, wanted: str, sight: Sight) -> bool:
    if not wanted:
        return True
    texts = [line.name, line.invitation.institution]
    if sight.has_contact_data:
        texts.append(line.invitation.email)
    return any(wanted in folded(text) for text in texts)


_STANDINGS = {
    RegisteringReason.CODE_OFF: N_("Inactive"),
    RegisteringReason.CODE_EXPIRED: N_("Expired"),
    RegisteringReason.CODE_USED_UP: N_("Used up"),
}


@dataclass(frozen=True)
class ListedCode:
    """A code as the team sees it. `people` are live registrations that one may know of; `uses` counts all of them."""

    code: AccessCode
    category: Category
    uses: int
    people: Sequence[Registration]
    #: why it does not lead in now
    refusal: RegisteringReason | None

    @property
    def standing(self) -> str:
        """Whether it leads in now, as the team reads it."""
        return N_("Valid") if self.refusal is None else _STANDINGS[self.refusal]


def list_codes(event_id: int, scope: Scope, now: datetime) -> list[ListedCode]:
    """Return the codes of an event and scope, the newest last: three statements."""
    rows = db.session.execute(
        select(AccessCode, Category)
        .join(Category, Category.id == AccessCode.category_id)
        .where(AccessCode.event_id == event_id)
        .order_by(AccessCode.id)
    ).all()
    uses, people = places.count_each_use(AccessCode.event_id == event_id), _people(event_id, scope)
    return [
        ListedCode(
            code,
            category,
            uses.get(code.id, 0),
            people.get(code.id, ()),
            refusal_of_code(CodeState(code.is_active, code.expires_at, code.most_uses, uses.get(code.id, 0)), now),
        )
        for code, category in rows
        if scoping.is_shown(category, scope)
    ]


def _people(event_id: int, scope: Scope) -> Mapping[int, Sequence[Registration]]:
    statement = (
        select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.access_code_id.is_not(None),
            Registration.status != Status.CANCELLED,
        )
        .order_by(Registration.id)
    )
    found: dict[int, list[Registration]] = defaultdict(list)
    for registration in db.session.scalars(scoping.in_scope(statement, event_id, scope)):
        found[registration.access_code_id or 0].append(registration)
    return found
