"""How the form is shown, on the page of the questions."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from eventreg.events.rules.team import Permission
from eventreg.kernel.clock import now
from eventreg.questionnaires.services.shaping import save_shape
from eventreg.questionnaires.views import blueprint
from eventreg.web.access import requires


@blueprint.post("/manage/events/<slug>/questions/shape")
@requires(Permission.EDIT_EVENT)
def save_form_shape(slug: str) -> Response:
    """Save whether the form is in steps, and whether it ends with the answers."""
    save_shape(
        g.event.id,
        is_stepwise="is_stepwise" in request.form,
        has_summary="has_summary" in request.form,
        account_id=current_user.id,
        at=now(),
    )
    return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor="shape"), 303)
