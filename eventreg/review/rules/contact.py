"""Which answers are mail addresses or telephone numbers, whoever asked for them under whatever name."""

from __future__ import annotations

from eventreg.questionnaires.rules.schema import Question

_KINDS = frozenset({"email", "phone"})
_COLUMNS = frozenset({"email", "phone"})


def is_contact_data(question: Question) -> bool:
    """Say whether the answer is for those only who may see contact data: one's own, a relative's, a superior's alike."""
    return question.kind in _KINDS or question.column in _COLUMNS
