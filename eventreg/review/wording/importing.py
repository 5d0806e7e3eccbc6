"""Files of people in words: why one is not taken, what comes of a row."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.review.rules.importing import FileReason, FileRefused, Outcome


def outcome_title(outcome: Outcome) -> str:
    """Return what comes of a row."""
    return {
        Outcome.ADDED: _("To be added"),
        Outcome.CHANGED: _("To be changed"),
        Outcome.SAME: _("Nothing changes"),
        Outcome.REFUSED: _("Refused"),
    }[outcome]


def file_refused(refused: FileRefused) -> str:
    """Say why a file is not taken, and what to do."""
    limit = refused.details.get("limit", "")
    return {
        FileReason.EMPTY: _("The file holds nobody: titles belong in the first row, people below"),
        FileReason.TOO_LARGE: _("The file is too large: at most %(limit)s MB. Put it in in parts.", limit=limit),
        FileReason.TOO_MANY_ROWS: _("The file has too many rows: at most %(limit)s. Put it in in parts.", limit=limit),
        FileReason.TOO_MANY_COLUMNS: _("The file has too many columns: at most %(limit)s", limit=limit),
        FileReason.UNREADABLE: _("This is neither CSV nor an Excel file (.xlsx) that can be read"),
        FileReason.GONE: _("This file is here no more: it was kept for a day, or was put in. Choose it again."),
        FileReason.CANNOT_BE_KEPT: _("We cannot keep the file at this moment. Try again in a while"),
        FileReason.NOT_NOW: _("Nobody can be added: the event does not take place, or its form is not published yet."),
    }[FileReason(refused.reason)]
