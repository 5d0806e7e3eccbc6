"""Saved views of the list: what can be a name, how many there may be, and why one is refused."""

from __future__ import annotations

import enum

from eventreg.kernel.errors import Refused

LONGEST_NAME = 80
#: of one account on one event
MOST_OF_ONE = 50
#: no browser carries longer addresses over every proxy
LONGEST_QUERY = 4000


class ViewReason(enum.Enum):
    """Why a view is not saved."""

    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    NAME_TAKEN = "name_taken"
    TOO_MANY = "too_many"
    STATE_TOO_LONG = "state_too_long"


class ViewRefused(Refused):
    """A view cannot be saved under this name, or in this state."""
