"""How one takes part."""

from __future__ import annotations

import enum


class AttendanceMode(enum.Enum):
    """Where an event takes place."""

    ONSITE = "onsite"
    ONLINE = "online"
    BOTH = "both"
