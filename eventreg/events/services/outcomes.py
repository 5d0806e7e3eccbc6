"""Recording what sessions leave behind: in every state of the event, since it is written during it and after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from eventreg.audit.services import Actor, Target, note
from eventreg.db import db, transaction
from eventreg.events.models import Event, SessionOutcome
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.events.queries.materials import find_session
from eventreg.events.queries.outcomes import get_outcome
from eventreg.events.rules.materials import OutcomeReason
from eventreg.events.rules.programme import OutcomeKind
from eventreg.kernel.clock import now
from eventreg.kernel.errors import NotFound, Refused
from eventreg.kernel.ordering import move_in_order
from eventreg.kernel.text import LocalizedText, merged


@dataclass(frozen=True)
class OutcomeEntry:
    """A remark or a recommendation as it was written, in the event's languages."""

    #: the public id of the session
    session: str
    kind: OutcomeKind
    text: LocalizedText
    addressee: LocalizedText
    is_public: bool


def add_outcome(event_id: int, entry: OutcomeEntry, actor: Actor) -> int:
    """Add an outcome at the end of its session and return its id. Raises NotFound (event, session)."""
    with transaction() as session:
        event = lock_event_in_any_state(event_id)
        outcome = SessionOutcome(recorded_at=now(), revision=1, text={}, addressee={})
        _say(outcome, event, entry)
        outcome.position = _last_position(outcome.session_id) + 1
        session.add(outcome)
        session.flush()
        note(Target(SessionOutcome, outcome.id, event_id), "outcome_added", actor, **_told(outcome))
        return outcome.id


def change_outcome(event_id: int, outcome_id: int, entry: OutcomeEntry, seen_revision: int, actor: Actor) -> None:
    """Change an outcome. Raises NotFound and Refused(CHANGED_MEANWHILE) when it is no longer what was seen."""
    with transaction() as session:
        event = lock_event_in_any_state(event_id)
        outcome = get_outcome(event_id, outcome_id)
        if outcome.revision != seen_revision:
            raise Refused(OutcomeReason.CHANGED_MEANWHILE)
        before, session_before = _told(outcome), outcome.session_id
        _say(outcome, event, entry)
        if outcome.session_id != session_before:
            outcome.position = _last_position(outcome.session_id, besides=outcome.id) + 1
        changed = {name: [before[name], value] for name, value in _told(outcome).items() if before[name] != value}
        if not changed:
            return
        outcome.revision += 1
        session.flush()
        note(Target(SessionOutcome, outcome.id, event_id), "outcome_changed", actor, changed=changed)


def move_outcome(event_id: int, outcome_id: int, step: int, actor: Actor) -> None:
    """Let an outcome change places with the one before it (`step` -1) or after it (1) in its session. Raises NotFound."""
    with transaction() as session:
        lock_event_in_any_state(event_id)
        outcome = get_outcome(event_id, outcome_id)
        siblings = session.scalars(
            select(SessionOutcome)
            .where(SessionOutcome.session_id == outcome.session_id)
            .order_by(SessionOutcome.position, SessionOutcome.id)
        ).all()
        if move_in_order(siblings, siblings.index(outcome), step):
            note(Target(SessionOutcome, outcome.id, event_id), "outcome_moved", actor)


def remove_outcome(event_id: int, outcome_id: int, actor: Actor) -> None:
    """Remove an outcome. Raises NotFound."""
    with transaction() as session:
        lock_event_in_any_state(event_id)
        outcome = get_outcome(event_id, outcome_id)
        session.delete(outcome)
        note(Target(SessionOutcome, outcome.id, event_id), "outcome_removed", actor, **_told(outcome))


def _say(outcome: SessionOutcome, event: Event, entry: OutcomeEntry) -> None:
    found = find_session(event.id, entry.session)
    if found is None:
        raise NotFound
    outcome.session_id = found.id
    outcome.kind = entry.kind
    outcome.text = merged(outcome.text, entry.text, event.languages)
    outcome.addressee = merged(outcome.addressee, entry.addressee, event.languages)
    outcome.is_public = entry.is_public


def _last_position(session_id: int, besides: int = 0) -> int:
    return (
        db.session.scalar(
            select(func.max(SessionOutcome.position)).where(
                SessionOutcome.session_id == session_id, SessionOutcome.id != besides
            )
        )
        or 0
    )


def _told(outcome: SessionOutcome) -> dict[str, Any]:
    """Return what the audit trail keeps of an outcome."""
    return {
        "session": outcome.session_id,
        "kind": outcome.kind.value,
        "text": dict(outcome.text),
        "addressee": dict(outcome.addressee),
        "is_public": outcome.is_public,
    }
