"""One session on the desk: all of it on one page."""

from typing import Any

from flask import abort, current_app, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.queries.programme import SessionFound, get_programme, get_session, list_rooms
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.programme.forms.programme import SessionForm
from eventreg.programme.rules.sessions import ProgrammeReason
from eventreg.programme.services import programme
from eventreg.programme.views import blueprint
from eventreg.web import fields, templating
from eventreg.web.access import Answer, requires
from eventreg.web.refusals import Refusals


@blueprint.get("/manage/events/<slug>/programme/sessions/<public_id>")
@requires(Permission.EDIT_PROGRAMME)
def edit_session(slug: str, public_id: str) -> Answer:
    """Show a session with everything that can be said of it."""
    found = get_session(g.event.id, public_id)
    return _page(found, _form(found, formdata=None, **SessionForm.values_of(found.session, found.people)))


@blueprint.post("/manage/events/<slug>/programme/sessions/<public_id>")
@requires(Permission.EDIT_PROGRAMME)
def save_session(slug: str, public_id: str) -> Answer:
    """Save a session. If somebody else was quicker, what was typed stays beside what they saved."""
    event: Event = g.event
    found = get_session(event.id, public_id)
    form = _form(found)
    revision = fields.whole_number(form.revision.data)
    if revision is None:
        abort(400)
    with Refusals() as outcome:
        programme.edit_session(event.id, public_id, form.read(), event.languages, revision, acting())
        return redirect(url_for("programme.edit_programme", slug=slug, _anchor=f"session-{public_id}"), 303)
    found, differences = get_session(event.id, public_id), None
    if outcome.is_for(ProgrammeReason.CHANGED_MEANWHILE):
        stored = _form(found, formdata=None, **SessionForm.values_of(found.session, found.people))
        form.revision.data, differences = stored.revision.data, _differences(form, stored)
    return _page(found, form, outcome.problem, differences), outcome.status_code


@blueprint.post("/manage/events/<slug>/programme/sessions/<public_id>/remove")
@requires(Permission.EDIT_PROGRAMME)
def remove_one_session(slug: str, public_id: str) -> Answer:
    """Remove a session; what people signed up for wants to be confirmed."""
    event: Event = g.event
    revision = fields.whole_number(request.form.get("revision"))
    if revision is None:
        abort(400)
    is_confirmed = request.form.get("confirmed") == "y"
    with Refusals() as outcome:
        programme.remove_session(event.id, public_id, acting(), seen_revision=revision, is_confirmed=is_confirmed)
        return redirect(
            url_for("programme.edit_programme", slug=slug, _anchor=f"day-{request.form.get('day', '')}"), 303
        )
    found = get_session(event.id, public_id)
    values = SessionForm.values_of(found.session, found.people)
    return _page(found, _form(found, formdata=None, **values), outcome.problem), outcome.status_code


def _form(found: SessionFound, **values: Any) -> SessionForm:
    event: Event = g.event
    return SessionForm(event.languages, get_programme(event.id).days, list_rooms(event.id), **values)


def _differences(typed: SessionForm, stored: SessionForm) -> list[tuple[str, str]]:
    """Return (label, what is stored) of each field in which the two differ."""
    return [
        (str(field.label.text), _shown(stored[name]))
        for name, field in typed._fields.items()
        if name not in ("csrf_token", "revision") and _shown(field) != _shown(stored[name])
    ]


def _shown(field: Any) -> str:
    """Return the value of a field as people read it."""
    if isinstance(field.data, dict):
        return " | ".join(field.data[language] for language in field.languages if language in field.data)
    if isinstance(field.data, bool):
        return _("Yes") if field.data else _("No")
    labels = {value: str(label) for value, label, *_rest in getattr(field, "choices", None) or ()}
    return labels.get(field.data, field.data or "")


def _page(
    found: SessionFound, form: SessionForm, problem: str = "", differences: list[tuple[str, str]] | None = None
) -> str:
    event: Event = g.event
    session = found.session
    return render_desk(
        "programme/session.html",
        "sessions",
        session=session,
        day=found.day,
        heading=templating.plain_in_reader_language(session.title),
        form=form,
        problem=problem,
        differences=differences or [],
        endpoints=current_app.view_functions,
        sign_ups=programme.count_sign_ups(session.id),
        at=url_for("programme.edit_session", slug=event.slug, public_id=session.public_id),
    )
