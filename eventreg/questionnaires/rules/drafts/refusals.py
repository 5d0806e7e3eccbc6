"""What cannot be done to a draft."""

from __future__ import annotations

import enum

from eventreg.kernel.errors import Refused


class DraftReason(enum.Enum):
    """Why a draft was not changed."""

    #: somebody else changed the same part of it meanwhile
    CHANGED_MEANWHILE = "changed_meanwhile"
    #: somebody else removed it, or the section that it was to go to, meanwhile
    GONE = "gone"
    #: others are asked depending on its answer. Details: `question`, its label; `dependents`, the labels of the others
    STILL_NEEDED = "still_needed"
    #: it would stand after one that is asked depending on it, or be answered later. Details: as above
    WRONG_ORDER = "wrong_order"
    #: others are asked depending on an answer that is to be removed. Details: as above, and `answer`, its label
    ANSWER_STILL_NEEDED = "answer_still_needed"
    #: details: `what`, "sections", "questions" or "options"; `most`
    TOO_MANY = "too_many"
    #: another question fills the same part of the registration. Details: `question`, its label; `column`
    COLUMN_TAKEN = "column_taken"
    #: it was published as a question of another kind: answers may hang on it
    KIND_FIXED = "kind_fixed"
    #: only an empty section is removed
    NOT_EMPTY = "not_empty"


class DraftRefused(Refused):
    """A change of a draft that cannot be made. Nothing was written."""

    reason: DraftReason
