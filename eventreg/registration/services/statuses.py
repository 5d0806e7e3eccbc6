"""The one way in which a status changes."""

from __future__ import annotations

from datetime import datetime

from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Action, Status, next_status
from eventreg.registration.services.option_places import free_option_places
from eventreg.registration.services.session_places import free_session_places, take_wished


class TransitionImpossible(Exception):
    """The table of statuses has no such change. A programming error: services ask `next_status` before."""


def move(registration: Registration, action: Action, now: datetime) -> Status:
    """Change the status by the table, raise the revision, keep the turn on the waiting list. Returns the new status.

    Who is confirmed gets the places in sessions that were chosen on the form and are still free. Who gives the registration
    up gives up the places in sessions. A decision can be undone, so that it keeps them for a while: see
    `promotion.pass_on_places`.
    """
    status = next_status(registration.status, action)
    if status is None:
        raise TransitionImpossible(f"{action.value} from {registration.status.value}")
    if status is Status.WAITLISTED and registration.status is not Status.WAITLISTED:
        registration.waitlisted_at = now
    if status is Status.CANCELLED:
        free_session_places(registration.id)
        free_option_places(registration.id)
    if status is Status.CONFIRMED:
        take_wished(registration, now)
    registration.status = status
    registration.status_changed_at = now
    registration.revision += 1
    return status


def merge_away(registration: Registration, now: datetime) -> None:
    """Cancel a registration whose person has another one, from any status: it was nobody's wish, and no decision.

    What it held in sessions and options is free at once; its place is the caller's to free.
    """
    free_session_places(registration.id)
    free_option_places(registration.id)
    registration.status = Status.CANCELLED
    registration.status_changed_at = now
    registration.revision += 1
