"""What cannot be done to a draft."""

from __future__ import annotations

from eventreg.kernel.errors import N_, Reason


class DraftReason(Reason):
    """Why a draft was not changed: something else of it was, or depends on it."""

    #: somebody else changed the same part of it meanwhile
    CHANGED_MEANWHILE = "changed_meanwhile", N_("Somebody else changed this meanwhile. Nothing was overwritten.")
    #: somebody else removed it, or the section that it was to go to, meanwhile
    GONE = "gone", N_("Somebody else removed it meanwhile.")
    #: others are asked depending on its answer. Details: `question`, its label; `others`, their labels
    STILL_NEEDED = (
        "still_needed",
        N_("“%(question)s” stays: %(others)s is asked depending on its answer. Change that first."),
    )
    #: it would stand after one that is asked depending on it, or be answered later. Details: as above
    WRONG_ORDER = (
        "wrong_order",
        N_("“%(question)s” has to be asked before %(others)s, which depends on its answer."),
    )
    #: others are asked depending on an answer that is to be removed. Details: as above, and `answer`, its label
    ANSWER_STILL_NEEDED = (
        "answer_still_needed",
        N_("The answer “%(answer)s” stays: %(others)s is asked depending on it. Change that first."),
    )
    TOO_MANY_SECTIONS = "too_many_sections", N_("There can be %(most)s sections.")
    TOO_MANY_QUESTIONS = "too_many_questions", N_("There can be %(most)s questions.")
    TOO_MANY_OPTIONS = "too_many_options", N_("A question can offer %(most)s answers.")
    #: another question fills the same part of the registration. Details: `question`, its label; `column`
    COLUMN_TAKEN = (
        "column_taken",
        N_("“%(question)s” already gives this of the person: %(column)s. Only one question can."),
    )
    #: it was published as a question of another kind: answers may hang on it
    KIND_FIXED = "kind_fixed", N_("It was published, and its kind stays: retire it, and add another question.")
    #: only an empty section is removed
    NOT_EMPTY = "not_empty", N_("Only an empty section is removed. Move its questions, or retire them, first.")

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(key, sentence, status_code=409)
