"""Writing what an event asks: drafts, and publishing them as versions."""

from eventreg.questionnaires.services.publishing import publish

__all__ = ["publish"]
