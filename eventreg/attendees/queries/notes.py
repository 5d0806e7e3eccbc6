"""The team's notes on a registration, and who can be named in them.

Where somebody was named in a note and has not looked yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from eventreg.accounts.models import Account
from eventreg.attendees.models import Note, NoteMention
from eventreg.db import db
from eventreg.events.models import Event, EventDay
from eventreg.events.queries.team import list_grants
from eventreg.events.rules.team import Grant, Permission, Scope
from eventreg.kernel.errors import NotFound
from eventreg.registration.models import Registration
from eventreg.registration.queries import answers, scoping


@dataclass(frozen=True)
class NoteLine:
    """A note with who wrote it and whom it names."""

    note: Note
    author: str
    #: names of those whom it names, by account id
    mentioned: Mapping[int, str]
    #: the accounts that have not seen it yet
    unseen: frozenset[int]


def list_notes(registration_id: int) -> Sequence[NoteLine]:
    """Return the notes on a registration, the newest first: two statements."""
    rows = db.session.execute(
        select(Note, Account.name)
        .join(Account, Account.id == Note.account_id)
        .where(Note.registration_id == registration_id)
        .order_by(Note.id.desc())
    ).all()
    if not rows:
        return []
    mentions = db.session.execute(
        select(NoteMention, Account.name)
        .join(Note, Note.id == NoteMention.note_id)
        .join(Account, Account.id == NoteMention.account_id)
        .where(Note.registration_id == registration_id)
        .order_by(Account.name)
    ).all()
    return [
        _line(note, author, [(each, name) for each, name in mentions if each.note_id == note.id])
        for note, author in rows
    ]


def get_own_note(registration_id: int, note_id: int, account_id: int) -> Note:
    """Return a note on this registration that the account wrote. Raises NotFound for any other."""
    note = db.session.scalars(
        select(Note).where(Note.id == note_id, Note.registration_id == registration_id, Note.account_id == account_id)
    ).one_or_none()
    if note is None:
        raise NotFound
    return note


def list_mentions(note_id: int) -> Sequence[NoteMention]:
    """Return whom a note names."""
    return db.session.scalars(select(NoteMention).where(NoteMention.note_id == note_id)).all()


def list_mentionable(event: Event, registration: Registration, but_account_id: int) -> Sequence[Account]:
    """Return the members of the team who may see this registration, by name, but for the one who writes."""
    members = [(account, grant) for account, grant in list_grants(event.id) if account.id != but_account_id]
    if not members:
        return []
    is_narrowed = any(grant.scope.days is not None for _account, grant in members)
    days = _days_attended(event, registration) if is_narrowed else frozenset()
    return [
        account
        for account, grant in members
        if _sees_people(grant) and _is_covered(grant.scope, registration.category.key, days)
    ]


def _sees_people(grant: Grant) -> bool:
    return grant.allows(Permission.SEE_REGISTRATIONS)


def _is_covered(scope: Scope, category_key: str, days: frozenset[date]) -> bool:
    """Say whether a registration is in scope; one that was never asked for days, and has none, comes on all of them."""
    if not scope.has_category(category_key):
        return False
    return scope.days is None or not days or not days.isdisjoint(scope.days)


def _days_attended(event: Event, registration: Registration) -> frozenset[date]:
    day_ids = answers.find_day_ids(registration)
    rows = db.session.scalars(select(EventDay).where(EventDay.event_id == event.id, EventDay.id.in_(day_ids)))
    return frozenset(day.held_on for day in rows)


def _line(note: Note, author: str, mentions: Sequence[tuple[NoteMention, str]]) -> NoteLine:
    return NoteLine(
        note,
        author,
        {each.account_id: name for each, name in mentions},
        frozenset(each.account_id for each, _name in mentions if each.seen_at is None),
    )


#: lines on a front page; whoever has more sees the rest when these are read
_MOST = 20


class MentionLine(NamedTuple):
    """A registration on which somebody was named in a note."""

    event_id: int
    reference: str
    full_name: str
    #: who named them last, and when
    by: str
    at: datetime


def list_open_mentions(account_id: int, scopes: Mapping[int, Scope]) -> Sequence[MentionLine]:
    """Return on whom an account was named and has not seen it, the newest first, each registration once.

    `scopes` are the events whose registrations the account may see now, by id, with what it sees of them: of what was
    taken away since, nothing is told.
    """
    if not scopes:
        return []
    whole = [event_id for event_id, scope in scopes.items() if scope.is_whole]
    allowed: list[ColumnElement[bool]] = [Registration.event_id.in_(whole)] if whole else []
    for event_id, scope in scopes.items():
        if not scope.is_whole:
            allowed.append(and_(Registration.event_id == event_id, *scoping.conditions(event_id, scope)))
    rows = db.session.execute(
        select(Registration, Account.name, Note.written_at)
        .select_from(NoteMention)
        .join(Note, Note.id == NoteMention.note_id)
        .join(Registration, Registration.id == Note.registration_id)
        .join(Account, Account.id == Note.account_id)
        .where(NoteMention.account_id == account_id, NoteMention.seen_at.is_(None), or_(*allowed))
        .order_by(Note.id.desc())
        .limit(5 * _MOST)
    )
    found: dict[int, MentionLine] = {}
    for person, by, at in rows:
        line = MentionLine(person.event_id, person.reference, person.full_name, by, at)
        found.setdefault(person.id, line)
    return list(found.values())[:_MOST]
