"""Files that are taken out of the list, in words."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.review.rules.exports import ExportReason, ExportRefused, ExportState


def state_words(state: ExportState) -> str:
    """Return where a file stands."""
    return {
        ExportState.MAKING: _("Being made"),
        ExportState.READY: _("Ready"),
        ExportState.GIVEN: _("Downloaded at once"),
        ExportState.FAILED: _("Could not be made"),
        ExportState.EXPIRED: _("Deleted"),
    }[state]


def export_refused(refused: ExportRefused) -> str:
    """Return why no file is made."""
    words = {
        ExportReason.REASON_MISSING: _("Write why, in %(least)s characters or more"),
        ExportReason.REASON_TOO_LONG: _("Use at most %(limit)s characters"),
        ExportReason.NO_SENSITIVE: _("Sensitive data is not for you to take"),
        ExportReason.NO_COLUMNS: _("There is no column to take"),
        ExportReason.TOO_MANY_COLUMNS: _("A printed list has %(limit)s columns at most: choose them in the list"),
        ExportReason.NO_FILES: _("Nobody has sent a file to these questions"),
        ExportReason.NOBODY_TO_SIGN: _("Nobody in this list is confirmed"),
    }
    return words[ExportReason(refused.reason)] % refused.details
