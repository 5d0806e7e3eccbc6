"""The privacy notice of an event on the desk."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.forms.notice import NoticeForm
from eventreg.events.models import Event
from eventreg.events.queries.for_registration import list_notices
from eventreg.events.rules.notices import starting_text
from eventreg.events.rules.team import Permission
from eventreg.events.services.notices import publish_notice
from eventreg.events.views import blueprint
from eventreg.events.views.desk import render_desk
from eventreg.web.access import Answer, requires
from eventreg.web.fields import whole_number
from eventreg.web.markdown import render_markdown


@blueprint.get("/manage/events/<slug>/notice")
@requires(Permission.EDIT_EVENT)
def edit_notice(slug: str) -> Answer:
    """Show the notice that stands, or a text to begin with."""
    event: Event = g.event
    current = next(iter(list_notices(event.id)), None)
    text = current if current is not None else starting_text(event.languages, event.contact_email)
    version = current.version if current is not None else 0
    form = NoticeForm(event.languages, formdata=None, summary=text.summary, body=text.body, version=str(version))
    return _page(form)


@blueprint.post("/manage/events/<slug>/notice")
@requires(Permission.EDIT_EVENT)
def publish_event_notice(slug: str) -> Answer:
    """Publish the next version; one that says the same is none."""
    event: Event = g.event
    form = NoticeForm(event.languages)
    if request.form.get("do") == "preview":
        return _page(form, has_preview=True)
    with form.refusals() as outcome:
        form.check()
        current = next(iter(list_notices(event.id)), None)
        if current is not None and (form.summary.data, form.body.data) == (current.summary, current.body):
            return redirect(url_for("events.edit_notice", slug=slug), 303)
        seen = whole_number(form.version.data)
        publish_notice(
            event.id, form.summary.data, form.body.data, actor=acting(), seen_version=-1 if seen is None else seen
        )
        return redirect(url_for("events.edit_notice", slug=slug, saved=1), 303)
    problem = ""
    if outcome.problem:
        problem = _("Nothing you wrote is lost. Their version stands below; publishing yours makes the next one.")
        form.version.data = str(list_notices(event.id)[0].version)
    return _page(form, problem, outcome.problem), outcome.status_code


def _page(form: NoticeForm, problem: str = "", problem_title: str = "", *, has_preview: bool = False) -> str:
    event: Event = g.event
    previews = {language: render_markdown(text, 3) for language, text in form.body.data.items()} if has_preview else {}
    return render_desk(
        "events/notice.html",
        "notice",
        form=form,
        notices=list_notices(event.id),
        previews=previews,
        problem=problem,
        problem_title=problem_title,
    )
