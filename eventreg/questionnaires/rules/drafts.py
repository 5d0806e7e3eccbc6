"""Drafts of what is asked, and what cannot be done to them."""

from __future__ import annotations

import enum

from eventreg.kernel.errors import Refusal


class DraftReason(enum.Enum):
    """Why a draft was not changed."""

    #: somebody else changed the same part of it meanwhile
    CHANGED_MEANWHILE = "changed_meanwhile"
    #: a question that others look at, or that must be there. Details: `key`
    STILL_NEEDED = "still_needed"
    TOO_MANY = "too_many"


class DraftRefused(Refusal):
    """A change of a draft that cannot be made. Nothing was written."""

    reason: DraftReason
