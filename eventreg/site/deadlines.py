"""What comes next at an event, for its team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from eventreg.events.models import Event, EventDay
from eventreg.i18n import formats
from eventreg.i18n.languages import current_language


class Deadline(NamedTuple):
    """A day on which something begins or ends, in the event's zone."""

    on: date
    #: the day as text, short
    day: str
    text: str
    #: how far away, in words
    away: str


def coming_deadlines(
    event: Event, days: Sequence[EventDay], now: datetime, more: Sequence[tuple[date, str]] = ()
) -> list[Deadline]:
    """Return what has not passed yet, the nearest first. `more`: other days, with what ends on them."""
    zone = ZoneInfo(event.time_zone)
    today = now.astimezone(zone).date()
    found = [
        (event.registration_opens_at.astimezone(zone).date(), _("Registration opens")),
        (event.registration_closes_at.astimezone(zone).date(), _("Registration closes")),
        (event.changes_until.astimezone(zone).date(), _("Participants' last changes")),
        (event.promotes_until.astimezone(zone).date(), _("The waiting list stops moving by itself")),
        *more,
    ]
    if days:
        found.append((days[0].held_on, _("The event begins")))
    return [
        Deadline(on, formats.short_day(on, current_language()), text, _away((on - today).days))
        for on, text in sorted(found)
        if on >= today
    ]


def _away(number: int) -> str:
    return ngettext("in %(num)d day", "in %(num)d days", number) if number else _("today")
