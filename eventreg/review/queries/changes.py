"""What happened to the registrations of a list since it was shown. The newest entry of the event's history is the clock."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Select, func, select

from eventreg.accounts.models import Account
from eventreg.audit.models import AuditEntry
from eventreg.audit.trail import Group, acts_of
from eventreg.db import db

#: how acts begin that bring a registration into being
_REGISTERED = "registered_"


class Change(NamedTuple):
    """The newest act on one registration since then."""

    registration_id: int
    #: "account", "participant", "system"
    actor_kind: str
    #: who it was, of an account
    actor_name: str


def newest_position(event_id: int) -> int:
    """Return the position of the newest entry of an event's history, 0 when there is none: one look into an index."""
    return db.session.scalar(select(func.max(AuditEntry.position)).where(AuditEntry.chain == event_id)) or 0


def list_changes(event_id: int, since: int, ids: Collection[int]) -> list[Change]:
    """Return which of these registrations something was done to after a position: one statement."""
    statement = (
        select(AuditEntry.record_id, AuditEntry.actor_kind, Account.name)
        .outerjoin(Account, (AuditEntry.actor_kind == "account") & (Account.id == AuditEntry.actor_id))
        .where(
            AuditEntry.record_kind == "registration",
            AuditEntry.record_id.in_(ids),
            AuditEntry.chain == event_id,
            AuditEntry.position > since,
            AuditEntry.action.not_in(acts_of(Group.LOOKS)),
        )
        .order_by(AuditEntry.position)
    )
    rows = db.session.execute(statement)
    newest = {id_: Change(id_, kind, name or "") for id_, kind, name in rows if id_ is not None}
    return list(newest.values())


def registered_since(event_id: int, position: int) -> Select[int | None]:
    """Return the statement of the ids of registrations that came after a position."""
    return select(AuditEntry.record_id).where(
        AuditEntry.chain == event_id,
        AuditEntry.position > position,
        AuditEntry.record_kind == "registration",
        AuditEntry.action.startswith(_REGISTERED, autoescape=True),
    )
