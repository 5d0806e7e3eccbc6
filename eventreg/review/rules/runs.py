"""Acts on many registrations: what they are, and what comes of each."""

from __future__ import annotations

import enum


class RunAct(enum.Enum):
    """What is done to each registration of a selection."""

    APPROVE = "approve"
    DECLINE = "decline"
    WAITLIST = "waitlist"
    REOPEN = "reopen"
    #: ask for answers to be mended
    CORRECT = "correct"
    #: write to each alone
    WRITE = "write"
    TAG = "tag"
    UNTAG = "untag"
    #: take a run of decisions back
    UNDO = "undo"


class ItemOutcome(enum.Enum):
    """What came of one registration of a run."""

    WAITING = "waiting"
    DONE = "done"
    #: approved, but no place was free: on the waiting list, approved
    DONE_WITHOUT_PLACE = "done_without_place"
    #: it is no longer what was chosen, or the act does not fit its status; `refusal` says which
    LEFT = "left"
