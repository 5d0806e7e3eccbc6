"""The colours and the picture of an event on the desk."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask_login import current_user

from eventreg.events.forms.look import LookForm
from eventreg.events.models import Event
from eventreg.events.queries.look import get_event_with_picture
from eventreg.events.rules.look import LookRefused
from eventreg.events.rules.team import Permission
from eventreg.events.services.look import save_look
from eventreg.events.views import blueprint
from eventreg.events.views.desk import render_desk
from eventreg.kernel.clock import now
from eventreg.web.access import Answer, requires
from eventreg.web.bodies import takes_files


@blueprint.get("/manage/events/<slug>/look")
@requires(Permission.EDIT_EVENT)
def edit_look(slug: str) -> Answer:
    """Show colours and picture."""
    event = get_event_with_picture(g.event.id)
    form = LookForm(
        event.languages,
        formdata=None,
        revision=str(event.settings_revision),
        palette=event.palette,
        picture_text=event.picture_text,
    )
    return _page(event, form)


@blueprint.post("/manage/events/<slug>/look")
@requires(Permission.EDIT_EVENT)
@takes_files
def save_event_look(slug: str) -> Answer:
    """Save colours and picture. The picture is read before anything is locked."""
    event = get_event_with_picture(g.event.id)
    form = LookForm(event.languages)
    is_sound, is_picture = form.validate(), form.read_picture()
    if not is_sound or not is_picture:
        return _page(event, form), 422
    try:
        save_look(
            event.id, _number(form.revision.data or ""), form.palette.data or "", form.picture_text.data,
            current_user.id, now(), picture=form.encoded, removes_picture=bool(form.is_removed.data),
        )  # fmt: skip
    except LookRefused:
        event = get_event_with_picture(event.id)
        form.revision.data = str(event.settings_revision)
        return _page(event, form, is_overtaken=True), 409
    return redirect(url_for("events.edit_look", slug=slug, saved=1), 303)


def _page(event: Event, form: LookForm, *, is_overtaken: bool = False) -> str:
    return render_desk(
        "events/look.html",
        "look",
        form=form,
        shown=event.picture,
        is_overtaken=is_overtaken,
        is_saved="saved" in request.args,
        at=url_for("events.edit_look", slug=event.slug),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
