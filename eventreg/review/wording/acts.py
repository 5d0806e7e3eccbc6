"""Acts on many registrations in words."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.review.rules.runs import RunAct


def act_verb(act: RunAct) -> str:
    """Return an act as a button says it."""
    return {
        RunAct.APPROVE: _("Approve"),
        RunAct.DECLINE: _("Decline"),
        RunAct.WAITLIST: _("Put on the waiting list"),
        RunAct.REOPEN: _("Return to review"),
        RunAct.CORRECT: _("Request correction"),
        RunAct.WRITE: _("Send email"),
        RunAct.TAG: _("Add a tag"),
        RunAct.UNTAG: _("Remove a tag"),
        RunAct.UNDO: _("Undo"),
    }[act]
