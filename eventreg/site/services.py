"""Acts of the pages that are made of several rooms."""

from __future__ import annotations

from collections.abc import Mapping

from eventreg.audit.services import INSTANCE_CHAIN, Actor, Target, note
from eventreg.db import transaction
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.settings.models import InstanceSettings


def note_history_export(chain: int, filters: Mapping[str, str], actor: Actor) -> int:
    """Record that the history of an event (or of the instance) is taken away as a file. Raises NotFound.

    Returns the position of that entry: the file holds what was before it.
    """
    with transaction():
        row = Target(InstanceSettings, None) if chain == INSTANCE_CHAIN else lock_event_in_any_state(chain)
        return note(row, "history_exported", actor, format="csv", filters=dict(filters)).position
