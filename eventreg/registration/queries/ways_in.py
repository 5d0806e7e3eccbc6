"""Ways in: what is carried by a form to show that somebody holds one, and how often codes were used."""

from __future__ import annotations

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.links import category_token, generation_of
from eventreg.events.models import Category, Event
from eventreg.kernel.errors import NotFound
from eventreg.registration.models import Invitation, Registration
from eventreg.registration.queries.invitations import get_invitation_by_token, invitation_token
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayIn, WayKind


def find_way_in(event: Event, carried: str) -> WayIn | None:
    """Return the way in that a form carries as "<kind>:<proof>", or None when it proves nothing here.

    What it proves is that somebody was let in once; whether it still leads in is decided under the lock.
    """
    kind, _colon, proof = carried.partition(":")
    if kind == WayKind.INVITATION.value:
        return _by_invitation(event, proof)
    return _by_link(event, proof) if kind == WayKind.LINK.value else None


def carried_link(category: Category) -> str:
    """Return what a form carries for whoever came by the link of a category."""
    return f"{WayKind.LINK.value}:{category_token(category)}"


def carried_invitation(invitation: Invitation) -> str:
    """Return what a form carries for whoever came by an invitation."""
    return f"{WayKind.INVITATION.value}:{invitation_token(invitation)}"


def _by_invitation(event: Event, token: str) -> WayIn | None:
    try:
        found = get_invitation_by_token(token)
    except NotFound:
        return None
    category = next((row for row in event.categories if row.id == found.category_id), None)
    if found.event_id != event.id or category is None:
        return None
    email = found.email if found.is_bound else ""
    return WayIn(WayKind.INVITATION, found.id, category.key, found.skips_approval, email, found.generation)


def _by_link(event: Event, token: str) -> WayIn | None:
    for category in event.categories:
        generation = generation_of(token, category)
        if generation is not None:
            return WayIn(WayKind.LINK, category.id, category.key, generation=generation)
    return None


def count_uses(access_code_id: int) -> int:
    """Return how many live registrations came by a code: whoever withdraws gives the use back."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Registration.access_code_id == access_code_id, Registration.status != Status.CANCELLED
            )
        )
        or 0
    )
