"""Writing the audit trail, always inside the transaction of the act itself."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.audit.rules import hash_of_detail, hash_of_entry
from eventreg.db import db

#: the chain of what belongs to no event
INSTANCE_CHAIN = 0


@dataclass(frozen=True)
class Actor:
    """Who acts: `kind` is "participant", "account" or "system"; `id` the registration's or account's."""

    kind: str
    id: int | None = None

    @classmethod
    def account(cls, account_id: int) -> Actor:
        """Return the actor for a person who is signed in."""
        return cls("account", account_id)

    @classmethod
    def participant(cls, registration_id: int) -> Actor:
        """Return the actor for whoever holds a registration's personal link."""
        return cls("participant", registration_id)


SYSTEM = Actor("system")


def record(
    *,
    event_id: int | None,
    actor: Actor,
    action: str,
    record_kind: str,
    record_id: int | None,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append an entry to the chain of `event_id` (None: the instance's), in the caller's transaction.

    The caller holds the event's row, so that positions follow one another. `detail` must be JSON; a sensitive value
    never goes into it, only "answered" or "changed".
    """
    chain = event_id if event_id is not None else INSTANCE_CHAIN
    if chain == INSTANCE_CHAIN:
        _hold_instance_chain()
    last = db.session.execute(
        select(AuditEntry.position, AuditEntry.hash)
        .where(AuditEntry.chain == chain)
        .order_by(AuditEntry.position.desc())
        .limit(1)
    ).one_or_none()
    salt, detail_hash = b"", ""
    if detail:
        salt = os.urandom(16)
        detail_hash = hash_of_detail(salt, detail)
    entry = AuditEntry(
        chain=chain,
        position=(last.position if last else 0) + 1,
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        record_kind=record_kind,
        record_id=record_id,
        detail_hash=detail_hash,
    )
    entry.hash = hash_of_entry(entry, last.hash if last else "")
    db.session.add(entry)
    db.session.flush()
    if detail:
        db.session.add(AuditDetail(entry_id=entry.id, salt=salt, detail=dict(detail)))
    return entry


@dataclass(frozen=True)
class Act:
    """One of many acts that `record_all` writes: who did what to which record, when, and its detail as of `record`."""

    actor: Actor
    action: str
    record_kind: str
    record_id: int
    at: datetime
    detail: Mapping[str, Any] | None = None


def record_all(event_id: int, acts: Iterable[Act]) -> None:
    """Append entries to the chain of an event, in their order, in few statements.

    The caller holds the event's row, in its own transaction.
    """
    last = db.session.execute(
        select(AuditEntry.position, AuditEntry.hash)
        .where(AuditEntry.chain == event_id)
        .order_by(AuditEntry.position.desc())
        .limit(1)
    ).one_or_none()
    first, previous = (last.position + 1, last.hash) if last else (1, "")
    rows: list[dict[str, Any]] = []
    details: list[tuple[int, bytes, dict[str, Any]]] = []
    for position, act in enumerate(acts, first):
        salt = os.urandom(16) if act.detail else b""
        entry = AuditEntry(
            chain=event_id,
            position=position,
            at=act.at,
            actor_kind=act.actor.kind,
            actor_id=act.actor.id,
            action=act.action,
            record_kind=act.record_kind,
            record_id=act.record_id,
            detail_hash=hash_of_detail(salt, act.detail) if act.detail else "",
        )
        if act.detail:
            details.append((len(rows), salt, dict(act.detail)))
        previous = entry.hash = hash_of_entry(entry, previous)
        rows.append({name: entry.__dict__[name] for name in _ENTRY})
    if rows:
        # Rows, not records: of thousands the session's own bookkeeping costs as much as the statements.
        statement = insert(AuditEntry).returning(AuditEntry.id, sort_by_parameter_order=True)
        ids = db.session.scalars(statement, rows).all()
        if details:
            told = [{"entry_id": ids[place], "salt": salt, "detail": detail} for place, salt, detail in details]
            db.session.execute(insert(AuditDetail), told)


#: what an entry holds beside its number in the table
_ENTRY = (
    "chain", "position", "at", "actor_kind", "actor_id", "action", "record_kind", "record_id", "detail_hash", "hash",
)  # fmt: skip


def _hold_instance_chain() -> None:
    """Keep two writers of the instance's chain apart: it has no event's row that a service would have locked."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(INSTANCE_CHAIN)))
