"""Every act that a run can do, with what does it to one person."""

from __future__ import annotations

from eventreg.review.rules.runs import DECIDING, RunAct
from eventreg.review.services.run_decisions import correct_one, decide_one, undo_one
from eventreg.review.services.run_items import ActHandler, ItemResult
from eventreg.review.services.run_tags import tag_one, untag_one
from eventreg.review.services.run_writing import write_one

__all__ = ["ACTS", "ActHandler", "ItemResult"]

ACTS: dict[RunAct, ActHandler] = {
    **dict.fromkeys(DECIDING, decide_one),
    RunAct.CORRECT: correct_one,
    RunAct.WRITE: write_one,
    RunAct.TAG: tag_one,
    RunAct.UNTAG: untag_one,
    RunAct.UNDO: undo_one,
}
