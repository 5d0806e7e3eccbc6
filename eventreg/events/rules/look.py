"""How an event's pages look: its colours and its picture."""

from __future__ import annotations

import enum

from eventreg.kernel.errors import Refused

#: width and height in pixels: twice the width of the column, for dense screens
LARGEST_PICTURE = (1600, 1000)
LONGEST_DESCRIPTION = 300


class LookReason(enum.Enum):
    """Why the look was not saved."""

    #: somebody else saved settings or the look meanwhile
    CHANGED_MEANWHILE = "changed_meanwhile"


class LookRefused(Refused):
    """A look that is not saved. Nothing was written."""
