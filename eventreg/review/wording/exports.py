"""Files that are taken out of the list, in words."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.review.rules.exports import ExportFormat, ExportReason, ExportRefused, ExportState


def format_title(format_: ExportFormat) -> str:
    """Return what a format is called."""
    return {
        ExportFormat.CSV: _("CSV"),
        ExportFormat.XLSX: _("Excel workbook (XLSX)"),
        ExportFormat.JSON: _("JSON"),
        ExportFormat.PDF_LIST: _("Printed list (PDF)"),
        ExportFormat.PDF_SHEET: _("Attendance sheet to sign (PDF)"),
        ExportFormat.ZIP: _("The files that people sent (ZIP)"),
    }[format_]


def format_hint(format_: ExportFormat) -> str:
    """Return what a format is good for."""
    return {
        ExportFormat.CSV: _("For every spreadsheet program. It can be imported here again."),
        ExportFormat.XLSX: _("For Excel and LibreOffice. It can be imported here again."),
        ExportFormat.JSON: _("For programs: values beside the words that people read."),
        ExportFormat.PDF_LIST: _("To print or to send on, with the names of the institutions in the head."),
        ExportFormat.PDF_SHEET: _("One for each day, with a line for each confirmed person of the list."),
        ExportFormat.ZIP: _("Each named by reference and question, with a list of whose it is."),
    }[format_]


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
