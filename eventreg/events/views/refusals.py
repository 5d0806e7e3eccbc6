"""What is answered when the state of an event forbids an act and the page itself has no better place to say so."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from eventreg.events.rules.publication import LifecycleReason, LifecycleRefused
from eventreg.events.views import blueprint


@blueprint.app_errorhandler(LifecycleRefused)
def refuse_by_state(refused: LifecycleRefused) -> tuple[str, int]:
    """Answer 409: nothing was written."""
    if refused.reason is LifecycleReason.ARCHIVED:
        title, text = _("This event is archived"), _("Nothing of it changes any more. An owner can open it again.")
    else:
        title, text = _("This is not possible now"), _("Nothing was changed. Go back and reload the page.")
    return render_template("errors/error.html", code=409, title=title, text=text), 409
