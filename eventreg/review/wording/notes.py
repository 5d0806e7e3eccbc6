"""Notes in words."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.review.rules.notes import NoteReason, NoteRefused


def note_refused(refused: NoteRefused) -> str:
    """Say why a note is not kept."""
    return {
        NoteReason.EMPTY: _("Write the note"),
        NoteReason.TOO_LONG: _("Use at most %(limit)s characters", limit=refused.details.get("limit", "")),
        NoteReason.UNREADABLE: _("It holds characters that cannot be kept"),
    }[NoteReason(refused.reason)]
