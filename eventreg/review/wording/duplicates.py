"""Doubles in words."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _

from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.review.queries.duplicates import Sameness
from eventreg.review.rules.merging import MergeReason, MergeRefused


def sameness_words(samenesses: Collection[Sameness]) -> str:
    """Return what registrations have in common; "" for nothing."""
    words = {
        Sameness.ADDRESS: _("the same email address"),
        Sameness.PHONE: _("the same telephone"),
        Sameness.NAME: _("the same name"),
    }
    found = [text for sameness, text in words.items() if sameness in samenesses]
    return formats.joined(found, current_language()) if found else ""


def merge_refused(refused: MergeRefused) -> str:
    """Say why nothing was merged, and what to do."""
    return {
        MergeReason.CHANGED_MEANWHILE: _(
            "One of the two has changed since you opened this page. Look once more, then merge."
        ),
        MergeReason.ALREADY_MERGED: _("One of the two was merged already."),
        MergeReason.STAYS_CANCELLED: _("A cancelled registration cannot be the one that stays: choose the other one."),
        MergeReason.BEING_DECIDED: _("A decision on one of the two can still be undone. Try again in a minute."),
        MergeReason.CALLED_OFF: _("This event does not take place: nothing is merged any more."),
        MergeReason.FULL: _(
            "An answer that would go over has no place left. Keep that of the registration that stays."
        ),
    }[MergeReason(refused.reason)]
