"""The invitations of an event as far as somebody may know of them: with their states, found and counted by these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from eventreg.db import db
from eventreg.events.models import Category
from eventreg.events.rules.team import Sight
from eventreg.kernel.errors import NotFound
from eventreg.kernel.text import folded
from eventreg.registration.models import Invitation, Registration
from eventreg.registration.queries.invitations import find_live_keys, tell_stories
from eventreg.registration.queries.scoping import in_scope
from eventreg.registration.rules.invitations import InvitationState, state_of

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

    @property
    def all(self) -> int:
        """How many invitations were found in any state."""
        return sum(self.counts.values())


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
    found = _lines(event_id, sight, now, public_id)
    if not found:
        raise NotFound
    return found[0]


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
    statement = in_scope(select(Registration).where(Registration.id.in_(wanted)), event_id, sight.scope)
    known = {row.id: row for row in db.session.scalars(statement.where(Registration.event_id == event_id))}
    return {invitation_id: known[id_] for invitation_id, id_ in ids.items() if id_ in known}


def _is_found(line: InvitationLine, wanted: str, sight: Sight) -> bool:
    if not wanted:
        return True
    texts = [line.name, line.invitation.institution]
    if sight.has_contact_data:
        texts.append(line.invitation.email)
    return any(wanted in folded(text) for text in texts)
