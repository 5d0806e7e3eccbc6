"""A time zone's rules as calendars carry them (VTIMEZONE)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache


@lru_cache(maxsize=64)
def zone_rules(name: str, first_year: int, last_year: int) -> str:
    """Return the changes of a zone's clocks in these years, as a calendar carries them. It takes 16 ms, and is kept.

    Each change is a rule of its own: ical.js leaves out the first of those that are listed together.
    """
    from icalendar import Timezone

    zone = Timezone.from_tzid(name, first_date=date(first_year, 1, 1), last_date=date(last_year + 1, 1, 1))
    grouped, zone.subcomponents = zone.subcomponents, []
    for rule in grouped:
        onsets = [rule.pop("dtstart").dt, *(each for each, _end in rule.rdates)]
        rule.pop("rdate", None)
        # RFC 5545, 3.6.5: an onset is told by the clocks of before; where they go forward, the library tells it by those
        # of after.
        skipped = max(rule.TZOFFSETTO - rule.TZOFFSETFROM, timedelta())
        for onset in onsets:
            one = rule.copy()
            one.add("dtstart", onset - skipped)
            zone.add_component(one)
    content: bytes = zone.to_ical()
    return content.decode("utf-8")
