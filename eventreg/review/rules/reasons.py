"""Ready-made reasons: for which acts there are some, and how many and how long they may be."""

from __future__ import annotations

from eventreg.review.rules.runs import DECIDING, RunAct

#: acts that a reason can be given for
REASONED = (*DECIDING, RunAct.CORRECT)
MOST_OF_AN_EVENT = 60
LONGEST_TITLE = 80
