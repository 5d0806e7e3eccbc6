"""The audit trail's two tables: what stays for ever, and what erasure removes; and the hashes that chain them."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventreg.db import NOT_PERSONAL, PERSONAL, Base, Unnumbered, UtcDateTime


class EntryFacts(Protocol):
    """What of an entry is hashed."""

    chain: Any
    position: Any
    at: Any
    actor_kind: Any
    actor_id: Any
    action: Any
    record_kind: Any
    record_id: Any
    detail_hash: Any


def hash_of_detail(salt: bytes, detail: Mapping[str, Any]) -> str:
    """Return the salted SHA-256 of a detail in hexadecimal."""
    return hashlib.sha256(salt + json.dumps(detail, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def hash_of_entry(entry: EntryFacts, previous: str) -> str:
    """Return the hash of an entry over everything that stays, and over the hash before it."""
    parts = (
        previous,
        entry.chain,
        entry.position,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor_kind,
        entry.actor_id,
        entry.action,
        entry.record_kind,
        entry.record_id,
        entry.detail_hash,
    )
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


class AuditEntry(Base):
    """One act. `hash` covers the previous entry of the same chain, so a removed or altered entry shows."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        UniqueConstraint("chain", "position"),
        Index("ix_audit_entries_record", "record_kind", "record_id"),
        Index("ix_audit_entries_actor", "actor_kind", "actor_id", "id"),
    )

    #: the id of the event whose chain this is, or 0 for what belongs to the instance
    chain: Mapped[int]
    #: 1, 2, 3, … within the chain
    position: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: "participant", "account", "system"
    actor_kind: Mapped[str] = mapped_column(String(24), info=NOT_PERSONAL)
    #: the account's id, or the registration's for a participant
    actor_id: Mapped[int | None]
    #: a verb in the past, like "registered", "approved", "sensitive_answers_seen"
    action: Mapped[str] = mapped_column(String(48), info=NOT_PERSONAL)
    record_kind: Mapped[str] = mapped_column(String(24), info=NOT_PERSONAL)
    record_id: Mapped[int | None]
    #: salted SHA-256 of the detail, in hexadecimal; empty when there is none
    detail_hash: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    hash: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)


class AuditDetail(Unnumbered):
    """Old and new values of one entry, with the salt of its hash. Deleted when the person is erased."""

    __tablename__ = "audit_details"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entries.id", ondelete="CASCADE"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16), info=NOT_PERSONAL)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, info=PERSONAL)
