"""Changing the state of an event, the link by which a draft is shown to people outside the team, and deleting a draft."""

from datetime import datetime
from typing import Any

from eventreg.audit.services import Actor, Target, note
from eventreg.db import db, delete_rows
from eventreg.events.checks import followers, list_missing
from eventreg.events.models import Event
from eventreg.events.queries.events import holding_event, holding_event_in_any_state, list_days
from eventreg.events.queries.texts import end_of, load_readiness
from eventreg.events.rules import checklist, publication
from eventreg.kernel import clock
from eventreg.kernel.text import LocalizedText


def change_publication(
    event_id: int, step: publication.Step, actor: Actor, *, is_permitted: bool, reason: LocalizedText | None = None
) -> publication.Publication:
    """Take a step in the life of an event and return the state it leads to.

    `is_permitted` says whether the actor has the permission that `rules.lifecycle.permission_for(step)` names; `reason`
    is that of a cancellation, in each language of the event. Cancelling drops what is queued for the event and has
    everybody told, reinstating has them told again. Raises NotFound and LifecycleRefused: NOT_POSSIBLE_NOW, OWNERS_ONLY,
    NOT_READY, HAS_REGISTRATIONS, NOT_OVER, NOTE_MISSING, NOTE_TOO_LONG.
    """
    now = clock.now()
    with holding_event_in_any_state(event_id) as event:
        before = event.publication
        why = (reason or {}) if step is publication.Step.CANCEL else event.cancellation_note
        event.publication = publication.check_step(step, _circumstances(event, step, is_permitted, why, now))
        event.publication_changed_at = now
        detail: dict[str, Any] = {"changed": {"publication": [before.value, event.publication.value]}}
        if step is publication.Step.CANCEL:
            event.cancellation_note = {language: why[language].strip() for language in event.languages}
            detail["note"] = event.cancellation_note
        elif step is publication.Step.REINSTATE or (
            step is publication.Step.ARCHIVE and before is not publication.Publication.CANCELLED
        ):
            # A reason that was only prepared: of an archived event it would say that it did not take place.
            event.cancellation_note = {}
        note(event, f"event_{step.past}", actor, now, **detail)
        if step is publication.Step.CANCEL:
            followers().event_cancelled(event.id, now)
        elif step is publication.Step.REINSTATE:
            followers().event_reinstated(event.id, now)
        return event.publication


def renew_preview_link(event_id: int, actor: Actor) -> int:
    """Make a preview link, in place of the one there was, and return its generation. Raises NotFound, LifecycleRefused."""
    with holding_event(event_id) as event:
        # Links that were killed stay dead: a generation never comes back.
        event.preview_generation = abs(event.preview_generation) + 1
        note(event, "preview_link_made", actor)
        return event.preview_generation


def kill_preview_link(event_id: int, actor: Actor) -> None:
    """Let the preview link open nothing any more; where there is none nothing is done. Raises NotFound."""
    with holding_event_in_any_state(event_id) as event:
        if event.preview_generation <= 0:
            return
        event.preview_generation = -event.preview_generation
        note(event, "preview_link_killed", actor)


def delete_draft(event_id: int, actor: Actor, *, is_permitted: bool) -> None:
    """Delete a draft with everything that belongs to it: texts, programme, team, questions, messages.

    Its trail stays, and the instance's trail says who deleted it. Raises NotFound and LifecycleRefused: NOT_POSSIBLE_NOW
    (it is no draft), OWNERS_ONLY, HAS_REGISTRATIONS (also withdrawn ones).
    """
    with holding_event_in_any_state(event_id) as event:
        publication.check_deletion(
            publication.Circumstances(
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
        delete_rows(Event, Event.id == event_id)
        db.session.expunge(event)


def _circumstances(
    event: Event, step: publication.Step, is_permitted: bool, why: LocalizedText, now: datetime
) -> publication.Circumstances:
    ends_at = end_of(event, list_days(event.id))
    return publication.Circumstances(
        publication=event.publication,
        languages=tuple(event.languages),
        is_permitted=is_permitted,
        registrations=followers().count_registrations(event.id) if step is publication.Step.UNPUBLISH else 0,
        is_over=ends_at is not None and ends_at <= now,
        missing=count_blocking(event, now) if step is publication.Step.PUBLISH else 0,
        note=why,
    )


def find_obstacle(event: Event, step: publication.Step, *, is_permitted: bool) -> publication.LifecycleRefused | None:
    """Return why a step cannot be taken now, for a page that says so before a button is pressed; None: it can.

    The reason of a cancellation is asked for on the way, and is no obstacle.
    """
    why = dict.fromkeys(event.languages, "-") if step is publication.Step.CANCEL else event.cancellation_note
    try:
        publication.check_step(step, _circumstances(event, step, is_permitted, why, clock.now()))
    except publication.LifecycleRefused as refused:
        return refused
    return None


def count_blocking(event: Event, now: datetime) -> int:
    """Return how many things stand in the way of publishing an event."""
    own = sum(finding.is_blocking for finding in checklist.list_findings(load_readiness(event), now))
    return own + sum(missing.is_blocking for missing in list_missing(event.id))
