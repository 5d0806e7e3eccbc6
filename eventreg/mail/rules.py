"""Where a message stands, and when it is tried again."""

from __future__ import annotations

import enum


class DeliveryState(enum.Enum):
    """Where a message stands. `sending` is claimed by a worker until `leased_until`."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    #: kept and shown, never sent by itself: no server is configured, or the event holds its mail
    HELD = "held"
    #: refused for good by the receiving server, or given up after many tries
    FAILED = "failed"
    #: taken back before it went (an undone decision, a cancelled event)
    DROPPED = "dropped"
