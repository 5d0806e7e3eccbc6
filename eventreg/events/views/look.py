"""The colours and the picture of an event on the desk."""

from __future__ import annotations

from flask import g, redirect, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.forms.look import LookForm
from eventreg.events.models import Event
from eventreg.events.queries.for_registration import get_event_with_picture
from eventreg.events.rules.settings import SettingsReason
from eventreg.events.rules.team import Permission
from eventreg.events.services.settings import save_look
from eventreg.events.views import blueprint
from eventreg.events.views.desk import render_desk
from eventreg.web.access import Answer, requires
from eventreg.web.bodies import takes_files
from eventreg.web.fields import whole_number


@blueprint.get("/manage/events/<slug>/look")
@requires(Permission.EDIT_EVENT)
def edit_look(slug: str) -> Answer:
    """Show colours and picture."""
    event = get_event_with_picture(g.event.id)
    given = {"palette": event.palette, "picture_text": event.picture_text, "revision": str(event.settings_revision)}
    return _page(event, LookForm(event.languages, formdata=None, **given))


@blueprint.post("/manage/events/<slug>/look")
@requires(Permission.EDIT_EVENT)
@takes_files
def save_event_look(slug: str) -> Answer:
    """Save colours and picture. The picture is read before anything is locked."""
    event = get_event_with_picture(g.event.id)
    form = LookForm(event.languages)
    with form.refusals() as outcome:
        form.check()
        save_look(
            event.id, whole_number(form.revision.data), form.palette.data or "", form.picture_text.data,
            acting(), picture=form.picture.picture, removes_picture=bool(form.is_removed.data),
        )  # fmt: skip
        return redirect(url_for("events.edit_look", slug=slug, saved=1), 303)
    problem = ""
    if outcome.is_for(SettingsReason.CHANGED_MEANWHILE):
        problem = _("Nothing was overwritten. Below stands what you chose; choose a new picture once more, then save.")
        event = get_event_with_picture(event.id)
        form.revision.data = str(event.settings_revision)
    return _page(event, form, problem, outcome.problem), outcome.status_code


def _page(event: Event, form: LookForm, problem: str = "", problem_title: str = "") -> str:
    return render_desk(
        "events/look.html", "look", form=form, shown=event.picture, problem=problem, problem_title=problem_title
    )
