"""The person's other registrations, as the page of one lists them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_login import current_user

from eventreg.accounts.policies import has_second_factor
from eventreg.events.models import Event
from eventreg.events.queries.team import Membership, list_memberships
from eventreg.events.rules.team import Permission, Sight
from eventreg.registration.models import Registration
from eventreg.registration.wording import status_for_team
from eventreg.review.queries.other_registrations import list_other_registrations
from eventreg.review.rules.listing import ListState
from eventreg.review.views.desk import registration_url
from eventreg.web.templating import plain_in_reader_language


def others_shown(event: Event, registration: Registration, sight: Sight) -> list[dict[str, Any]]:
    """Return the rows of `review/_others.html`: at events that the account may see the people of, and at this one."""
    memberships = list_memberships(current_user.id, is_administrator=False)
    seen = {each.event.id: each for each in memberships if _sees(each)}
    sights = {event_id: each.grant.sight for event_id, each in seen.items()} | {event.id: sight}
    events = {event_id: each.event for event_id, each in seen.items()} | {event.id: event}
    return [
        {
            "registration": row,
            "event": plain_in_reader_language(events[row.event_id].title) if row.event_id != event.id else "",
            "category": plain_in_reader_language(row.category.name),
            "status": row.status.value,
            "status_label": status_for_team(row.status),
            "why": _("same address") if has_same_address else _("same name"),
            "href": registration_url(events[row.event_id].slug, row.reference, ListState()),
            "time_zone": events[row.event_id].time_zone,
        }
        for row, has_same_address in list_other_registrations(registration, sights)
    ]


def _sees(membership: Membership) -> bool:
    lacks_factor = membership.event.demands_second_factor and not has_second_factor(current_user)
    return membership.grant.allows(Permission.SEE_REGISTRATIONS) and not lacks_factor
