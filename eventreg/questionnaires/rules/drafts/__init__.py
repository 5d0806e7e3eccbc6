"""Drafts of what is asked: reading them as they are, changing them, what differs, and what cannot be done to them."""

from eventreg.questionnaires.rules.drafts.comparing import Difference, How, list_differences
from eventreg.questionnaires.rules.drafts.reading import fingerprint, read_draft, read_question
from eventreg.questionnaires.rules.drafts.refusals import DraftReason, DraftRefused

__all__ = [
    "Difference",
    "DraftReason",
    "DraftRefused",
    "How",
    "fingerprint",
    "list_differences",
    "read_draft",
    "read_question",
]
