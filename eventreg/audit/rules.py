"""The hashes that make a removed or altered entry show."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol


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
