"""Decisions as the desk makes them: on a registration that the organizer may know of, and on no other."""

from __future__ import annotations

from eventreg.db import transaction
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.events.rules.team import Scope
from eventreg.registration.rules.states import Action
from eventreg.registration.services import decisions
from eventreg.registration.services.decisions import TOLD, DecisionMade, Telling, Undone
from eventreg.review.queries.scoping import get_in_scope


def decide_in_scope(
    event_id: int,
    reference: str,
    action: Action,
    reason: str,
    seen_revision: int,
    account_id: int,
    scope: Scope,
    telling: Telling = TOLD,
) -> DecisionMade:
    """Decide as `decisions.decide` does, which says what is refused. Out of scope is NotFound."""
    with transaction():
        lock_event_in_any_state(event_id)
        get_in_scope(event_id, reference, scope)
        return decisions.decide(event_id, reference, action, reason, seen_revision, account_id, telling)


def undo_in_scope(event_id: int, reference: str, decision_id: int, account_id: int, scope: Scope) -> Undone:
    """Take a decision back as `decisions.undo` does, which says what is refused. Out of scope is NotFound."""
    with transaction():
        lock_event_in_any_state(event_id)
        get_in_scope(event_id, reference, scope)
        return decisions.undo(event_id, reference, decision_id, account_id)
