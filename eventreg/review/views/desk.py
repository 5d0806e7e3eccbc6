"""The frame of an event's pages on the desk: its name in the bar, and the ways to its parts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.review.rules.listing import ListState
from eventreg.web.access import may
from eventreg.web.templating import plain_in_reader_language

OVERVIEW, REGISTRATIONS, MESSAGES = "overview", "registrations", "messages"


def desk(event: Event, nav: str) -> dict[str, Any]:
    """Return what `layouts/desk.html` needs; parts that the account may not open are left out."""
    parts = [
        (OVERVIEW, _("Overview"), "site.manage_event", Permission.ENTER),
        (REGISTRATIONS, _("Registrations"), "review.list_registrations", Permission.SEE_REGISTRATIONS),
        (MESSAGES, _("Messages"), "review.list_messages", Permission.SEE_MESSAGES),
    ]
    return {
        "event": event,
        "nav": nav,
        "desk_title": plain_in_reader_language(event.title),
        "desk_line": event.city,
        "desk_url": url_for("site.manage_event", slug=event.slug),
        "desk_navigation": [
            {"key": key, "text": text, "href": url_for(endpoint, slug=event.slug)}
            for key, text, endpoint, permission in parts
            if may(permission)
        ],
    }


def list_url(slug: str, state: ListState, endpoint: str = "review.list_registrations") -> str:
    """Return the address of a list in a state."""
    return with_query(url_for(endpoint, slug=slug), state)


def registration_url(slug: str, reference: str, state: ListState) -> str:
    """Return the address of a registration that keeps the list it was reached from."""
    return with_query(url_for("review.show_registration", slug=slug, reference=reference), state)


def with_query(address: str, state: ListState) -> str:
    """Return an address of ours with a list's state."""
    pairs = state.query()
    return f"{address}?{urlencode(pairs)}" if pairs else address
