"""Acts of the pages that are made of several rooms."""

from __future__ import annotations

from collections.abc import Mapping

from eventreg.audit.services import INSTANCE_CHAIN, Actor, record
from eventreg.db import transaction
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.kernel.clock import now


def note_history_export(chain: int, filters: Mapping[str, str], account_id: int) -> int:
    """Record that the history of an event (or of the instance) is taken away as a file. Raises NotFound.

    Returns the position of that entry: the file holds what was before it.
    """
    is_instance = chain == INSTANCE_CHAIN
    with transaction():
        if not is_instance:
            lock_event_in_any_state(chain)
        entry = record(
            event_id=None if is_instance else chain,
            actor=Actor.account(account_id),
            action="history_exported",
            record_kind="settings" if is_instance else "event",
            record_id=None if is_instance else chain,
            at=now(),
            detail={"format": "csv", "filters": dict(filters)},
        )
        return entry.position
