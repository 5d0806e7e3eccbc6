"""What the desk does for somebody: on a registration that the organizer may know of, and on no other."""

from __future__ import annotations

from eventreg.db import transaction
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.events.rules.team import Scope
from eventreg.registration.services.team_acts import TeamAct
from eventreg.registration.services.team_changes import Changed, Edit, change_for
from eventreg.review.queries.scoping import get_in_scope


def change_in_scope(event_id: int, reference: str, edit: Edit, act: TeamAct, scope: Scope) -> Changed:
    """Change answers as `team_changes.change_for` does, which says what is refused. Out of scope is NotFound."""
    with transaction():
        lock_event_in_any_state(event_id)
        get_in_scope(event_id, reference, scope)
        return change_for(event_id, reference, edit, act)
