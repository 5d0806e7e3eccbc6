"""Ways in: what is carried by a form to show that somebody holds one, and how often codes were used."""

from __future__ import annotations

from sqlalchemy import func, select

from eventreg.db import db
from eventreg.events.links import category_token, generation_of
from eventreg.events.models import Category, Event
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import Status
from eventreg.registration.rules.ways_in import WayIn, WayKind


def find_way_in(event: Event, carried: str) -> WayIn | None:
    """Return the way in that a form carries as "<kind>:<proof>", or None when it proves nothing here.

    What it proves is that somebody was let in once; whether it still leads in is decided under the lock.
    """
    kind, _colon, proof = carried.partition(":")
    return _by_link(event, proof) if kind == WayKind.LINK.value else None


def carried_link(category: Category) -> str:
    """Return what a form carries for whoever came by the link of a category."""
    return f"{WayKind.LINK.value}:{category_token(category)}"


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
