"""Ready-made reasons: for which acts there are some, and how many and how long they may be."""

from __future__ import annotations

import enum

from eventreg.kernel.errors import Refused
from eventreg.review.rules.runs import DECIDING, RunAct

#: acts that a reason can be given for
REASONED = (*DECIDING, RunAct.CORRECT)
MOST_OF_AN_EVENT = 60
LONGEST_TITLE = 80


class ReasonReason(enum.Enum):
    """Why a ready-made reason is not kept."""

    TOO_MANY = "too_many"


class ReasonsRefused(Refused):
    """A ready-made reason was not kept. Nothing was written."""
