"""The messages of an event by where they stand, as rows."""

from __future__ import annotations

from typing import Any

from flask import g, url_for

from eventreg.events.rules.team import Permission
from eventreg.mail.rules import Standing
from eventreg.mail.wording import STANDINGS
from eventreg.review.queries.figures import count_standings
from eventreg.web.access import may


def mail_rows(slug: str) -> list[dict[str, Any]]:
    """Return the standings that any message in scope has; each leads to its messages for who may see them."""
    counts = count_standings(g.event.id, g.event_access.scope)
    has_links = may(Permission.SEE_MESSAGES)
    return [
        {
            "state": standing.value,
            "text": STANDINGS[standing],
            "count": counts[standing],
            "href": url_for("review.list_messages", slug=slug, state=standing.value) if has_links else "",
        }
        for standing in Standing
        if counts.get(standing)
    ]
