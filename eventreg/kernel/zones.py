"""The names of time zones that this machine knows."""

from __future__ import annotations

import zoneinfo
from functools import cache


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all zones: looked for once a process, since it reads a folder of hundreds of files."""
    return frozenset(zoneinfo.available_timezones())
