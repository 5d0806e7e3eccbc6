"""Where one was named in a note and has not looked yet, as front pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_login import current_user

from eventreg.events.models import Event
from eventreg.events.rules.team import Scope
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.review.queries.mentions import list_open_mentions
from eventreg.review.views.desk import registration_url
from eventreg.web.templating import plain_in_reader_language


def mentions_shown(seen: Sequence[tuple[Event, Scope]], *, names_events: bool = False) -> list[dict[str, Any]]:
    """Return the rows of `review/_mentions.html`: of these events, whose registrations the account may see as far as said."""
    events = {event.id: event for event, _scope in seen}
    found = list_open_mentions(current_user.id, {event.id: scope for event, scope in seen})
    return [
        {
            "name": line.full_name,
            "reference": line.reference,
            "event": plain_in_reader_language(events[line.event_id].title) if names_events else "",
            "by": line.by,
            "at": formats.short_instant(line.at, events[line.event_id].time_zone, current_language()),
            "href": registration_url(events[line.event_id].slug, line.reference) + "#notes",
            "action": url_for("review.mark_mentions_read", slug=events[line.event_id].slug, reference=line.reference),
        }
        for line in found
    ]
