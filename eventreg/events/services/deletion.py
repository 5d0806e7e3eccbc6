"""Deleting a draft that nobody has registered for."""

from __future__ import annotations

from sqlalchemy import delete

from eventreg.audit.services import Actor, Target, note
from eventreg.db import transaction
from eventreg.events.checks import followers
from eventreg.events.models import Event
from eventreg.events.queries.for_registration import lock_event_in_any_state
from eventreg.events.rules.lifecycle import Circumstances, check_deletion


def delete_draft(event_id: int, actor: Actor, *, is_permitted: bool) -> None:
    """Delete a draft with everything that belongs to it: texts, programme, team, questions, messages.

    Its trail stays, and the instance's trail says who deleted it. Raises NotFound and LifecycleRefused: NOT_POSSIBLE_NOW
    (it is no draft), OWNERS_ONLY, HAS_REGISTRATIONS (also withdrawn ones).
    """
    with transaction() as session:
        event = lock_event_in_any_state(event_id)
        check_deletion(
            Circumstances(
                publication=event.publication,
                languages=tuple(event.languages),
                is_permitted=is_permitted,
                registrations=followers().count_registrations(event_id),
            )
        )
        followers().forget_event(event_id)
        # In the instance's chain: the event's own ends with it.
        note(Target(Event, event_id), "event_deleted", actor, slug=event.slug, title=dict(event.title))
        # One statement: everything that belongs to an event goes with it, by its foreign keys.
        session.execute(delete(Event).where(Event.id == event_id).execution_options(synchronize_session=False))
        session.expunge(event)
