"""Private categories, codes and invitations, and the ways in that they are."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import select

from eventreg.db import db, transaction
from eventreg.events.models import Category, Event
from eventreg.kernel.clock import now
from eventreg.kernel.text import email_key
from eventreg.kernel.tokens import new_public_id
from eventreg.registration.models import AccessCode, Invitation
from eventreg.registration.rules.ways_in import WayIn, WayKind, code_key

_numbers = count(1)


def category_of(event: Event, key: str) -> Category:
    """Return a category of an event."""
    return db.session.scalars(select(Category).where(Category.event_id == event.id, Category.key == key)).one()


def an_access_code(event: Event, category: str = "government", **changes: Any) -> AccessCode:
    """A code that anybody can use any number of times."""
    code = changes.pop("code", f"CODIGO{next(_numbers)}")
    values = {"event_id": event.id, "category_id": category_of(event, category).id, "created_at": now()}
    with transaction() as session:
        row = AccessCode(code=code, code_key=code_key(code), **{**values, **changes})
        session.add(row)
        session.flush()
    return row


def an_invitation(event: Event, category: str = "government", **changes: Any) -> Invitation:
    """An invitation of one person, bound to the address."""
    email = changes.pop("email", f"invitada{next(_numbers)}@instituto.example")
    values = {
        "public_id": new_public_id(),
        "event_id": event.id,
        "category_id": category_of(event, category).id,
        "email": email,
        "email_key": email_key(email),
        "language": "es",
        "created_at": now(),
        "sent_at": now(),
    }
    with transaction() as session:
        row = Invitation(**{**values, **changes})
        session.add(row)
        session.flush()
    return row


def by(row: Category | AccessCode | Invitation) -> WayIn:
    """Return the way in that a private category, a code or an invitation is."""
    if isinstance(row, Category):
        return WayIn(WayKind.LINK, row.id, row.key, generation=row.link_generation)
    category = db.session.get(Category, row.category_id)
    assert category is not None
    if isinstance(row, AccessCode):
        return WayIn(WayKind.CODE, row.id, category.key, row.skips_approval)
    email = row.email if row.is_bound else ""
    return WayIn(WayKind.INVITATION, row.id, category.key, row.skips_approval, email, row.generation)


def changed(row: Category | AccessCode | Invitation, **values: datetime | int | bool | None) -> None:
    """Change a row behind the back of whoever is registering."""
    with transaction() as session:
        found = session.get(type(row), row.id)
        for name, value in values.items():
            setattr(found, name, value)
