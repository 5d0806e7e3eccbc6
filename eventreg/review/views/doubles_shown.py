"""What the page of a registration says of doubles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from flask import g, url_for

from eventreg.events.rules.team import Permission
from eventreg.kernel.errors import NotFound
from eventreg.registration.models import Registration
from eventreg.review.queries.duplicates import list_alike
from eventreg.review.queries.mergers import find_merged_into, list_merged_from
from eventreg.review.queries.scoping import get_in_scope
from eventreg.review.rules.listing import ListState
from eventreg.review.views.desk import registration_url
from eventreg.review.wording.duplicates import sameness_words
from eventreg.web.access import may


def doubles_shown(registration: Registration) -> Mapping[str, Any]:
    """Return what the page of a registration says of doubles: those that look like it, and where it went or what came."""
    alike = list_alike(registration, g.event_access.sight) if may(Permission.ADD_PEOPLE) else []
    slug = g.event.slug
    return {
        "merged_into": next(iter(_in_sight([find_merged_into(registration.id)])), None),
        "merged_from": _in_sight(list_merged_from(registration.id)),
        "alike": [
            (each, sameness_words(why), compare_url(slug, registration.reference, each.reference))
            for each, why in alike[:5]
        ],
        "url_of": lambda reference: registration_url(slug, reference, ListState()),
    }


def _in_sight(references: Sequence[str | None]) -> list[str]:
    """Return those of these registrations that the account may know of."""
    found = []
    for reference in filter(None, references):
        with suppress(NotFound):
            found.append(get_in_scope(g.event.id, reference, g.event_access.scope).reference)
    return found


def compare_url(slug: str, one: str, other: str) -> str:
    """Return the address that shows two registrations side by side."""
    return url_for("review.compare_duplicates", slug=slug, of=[one, other])
