"""Where somebody was named in a note and has not looked yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from eventreg.accounts.models import Account
from eventreg.db import db
from eventreg.events.rules.team import Scope
from eventreg.registration.models import Registration
from eventreg.registration.queries.scoping import conditions
from eventreg.review.models import Note, NoteMention

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
            allowed.append(and_(Registration.event_id == event_id, *conditions(event_id, scope)))
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
