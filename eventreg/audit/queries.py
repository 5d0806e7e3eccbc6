"""Reads of the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from eventreg.audit.models import AuditDetail, AuditEntry
from eventreg.audit.rules import hash_of_detail, hash_of_entry
from eventreg.db import db


class Trace(NamedTuple):
    """An entry with its detail, empty where it was erased or there never was one."""

    entry: AuditEntry
    detail: dict[str, Any]


def list_traces(event_id: int, record_kind: str, record_id: int) -> Sequence[Trace]:
    """Return what happened to one record of one event, newest first."""
    rows = db.session.execute(
        select(AuditEntry, AuditDetail.detail)
        .outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .where(AuditEntry.chain == event_id, AuditEntry.record_kind == record_kind, AuditEntry.record_id == record_id)
        .order_by(AuditEntry.position.desc())
    )
    return [Trace(entry, detail or {}) for entry, detail in rows]


def find_broken_position(chain: int) -> int | None:
    """Return the first position of a chain that does not follow from the one before, or None when it is whole."""
    previous, expected = "", 1
    rows = db.session.execute(
        select(AuditEntry, AuditDetail)
        .outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .where(AuditEntry.chain == chain)
        .order_by(AuditEntry.position)
    )
    for entry, detail in rows:
        if entry.position != expected or entry.hash != hash_of_entry(entry, previous):
            return expected
        if detail is not None and hash_of_detail(detail.salt, detail.detail) != entry.detail_hash:
            return expected
        previous, expected = entry.hash, expected + 1
    return None
