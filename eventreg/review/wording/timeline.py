"""The timeline of a registration in words."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.review.rules.timeline import TimelineKind


def kind_title(kind: TimelineKind) -> str:
    """Return what a kind is called."""
    return {
        TimelineKind.STATUS: _("Status"),
        TimelineKind.ANSWERS: _("Answers"),
        TimelineKind.TEAM: _("Notes and tags"),
        TimelineKind.MAIL: _("Emails"),
        TimelineKind.REQUESTS: _("Questions asked"),
        TimelineKind.LOOKS: _("Looks and exports"),
    }[kind]
