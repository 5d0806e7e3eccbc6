"""Why two registrations are not made one."""

from __future__ import annotations

import enum

from eventreg.kernel.errors import Refused


class MergeReason(enum.Enum):
    """Why nothing was merged, or kept apart."""

    #: one of them is not as it was shown
    CHANGED_MEANWHILE = "changed_meanwhile"
    #: one of them was merged before, or both are one
    ALREADY_MERGED = "already_merged"
    #: the one that stays is cancelled
    STAYS_CANCELLED = "stays_cancelled"
    #: a decision can still be undone, and its messages wait
    BEING_DECIDED = "being_decided"
    #: the event does not take place
    CALLED_OFF = "called_off"
    #: an option that the one that stays would get is full
    FULL = "full"


class MergeRefused(Refused):
    """Nothing was merged. Nothing was written."""
