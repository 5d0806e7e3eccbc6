"""Saved views of the list in words."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.review.rules.saved_views import LONGEST_NAME, MOST_OF_ONE, ViewReason, ViewRefused


def view_refused(refused: ViewRefused) -> str:
    """Return why a view was not saved."""
    return {
        ViewReason.NAME_MISSING: _("Write a name for the view"),
        ViewReason.NAME_TOO_LONG: _("Use at most %(limit)s characters", limit=LONGEST_NAME),
        ViewReason.NAME_TAKEN: _("There is a view of this name: choose another, or put this in its place"),
        ViewReason.TOO_MANY: _("You have %(most)s views here: delete one first", most=MOST_OF_ONE),
        ViewReason.STATE_TOO_LONG: _("The list has too many filters to be kept as a view"),
    }[ViewReason(refused.reason)]
