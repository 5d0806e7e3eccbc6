"""Too many tries, in words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventreg.i18n import formats, languages


def too_many_tries(until: datetime, zone: str) -> str:
    """Say from when on the next try is possible, to the minute, in the zone of whoever is read about."""
    minute = (until + timedelta(seconds=59, microseconds=999_999)).astimezone(ZoneInfo(zone))
    return _(
        "There were too many tries. The next one is possible from %(time)s (%(zone)s).",
        time=formats.clock(minute.time(), languages.current_language()),
        zone=formats.zone_offset(minute, zone),
    )
