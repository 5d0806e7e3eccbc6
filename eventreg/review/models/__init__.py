"""The tables of the desk, by subject."""

from eventreg.review.models.duplicates import KeptApart, Merger
from eventreg.review.models.exports import Export
from eventreg.review.models.imports import Import
from eventreg.review.models.notes import Note, NoteMention
from eventreg.review.models.runs import Run, RunItem
from eventreg.review.models.tags import Tag, Tagging
from eventreg.review.models.texts import ReadyReason
from eventreg.review.models.views import SavedView

__all__ = [
    "Export",
    "Import",
    "KeptApart",
    "Merger",
    "Note",
    "NoteMention",
    "ReadyReason",
    "Run",
    "RunItem",
    "SavedView",
    "Tag",
    "Tagging",
]
