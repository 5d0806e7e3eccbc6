"""Why a whole event was not made."""

from __future__ import annotations

import enum

from eventreg.kernel.errors import Refused


class WholeReason(enum.Enum):
    """Why nothing was made."""

    #: another event is found under this name; details: `slug`
    SLUG_TAKEN = "slug_taken"
    #: no name to be found under, or a word that is reserved; details: `slug`
    SLUG_INVALID = "slug_invalid"
    #: the account makes no events
    MAY_NOT_CREATE = "may_not_create"


class WholeRefused(Refused):
    """No event was made; `reason` is a WholeReason."""
