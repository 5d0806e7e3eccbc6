"""What stands around every page of this room: the event's institutions in head and foot."""

from __future__ import annotations

from typing import Any

from flask import g, url_for
from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_published_event, list_credited
from eventreg.i18n.languages import current_language
from eventreg.registration.emails import Occasion


def public_occasion(slug: str) -> Occasion:
    """Return the published event that a page is about. Raises NotFound."""
    return occasion_of(get_published_event(slug))


def occasion_of(event: Event) -> Occasion:
    """Return the event that a page is about, whose days are loaded."""
    # From here on texts are said in the event's order of languages, moments in its zone.
    g.event = event
    return Occasion(event, event.days, list_credited(event.id))


def page_frame(occasion: Occasion) -> dict[str, Any]:
    """Return the template variables that name the event and who stands behind it."""
    event = occasion.event
    # Templates fall back in the event's order of languages.
    g.event = event
    language = current_language()
    address = url_for("site.show_event", slug=event.slug)
    return {
        "event": event,
        "days": [day.held_on for day in occasion.days],
        "dates": occasion.dates(frozenset(), language),
        "place": occasion.place(language),
        "host_name": occasion.host_name(language),
        "brand_url": address,
        "footer_line": occasion.credits(language),
        "footer_links": [
            (_("The event"), address),
            (_("Privacy notice"), url_for("site.show_privacy", slug=event.slug)),
        ],
    }
