"""The one place where the time is read, so that a test can set it.

The names of time zones that this machine knows.
"""

import zoneinfo
from datetime import UTC, datetime
from functools import cache


def now() -> datetime:
    """Return the present instant as an aware datetime in UTC."""
    return datetime.now(UTC)


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all zones: looked for once a process, since it reads a folder of hundreds of files."""
    return frozenset(zoneinfo.available_timezones())
