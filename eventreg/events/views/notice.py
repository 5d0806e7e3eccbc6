"""The privacy notice of an event on the desk."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask_login import current_user

from eventreg.audit.services import Actor
from eventreg.events.forms.notice import NoticeForm
from eventreg.events.models import Event
from eventreg.events.queries.notices import list_notices
from eventreg.events.rules.notices import NoticeRefused, starting_text
from eventreg.events.rules.team import Permission
from eventreg.events.services.notices import publish_notice
from eventreg.events.views import blueprint
from eventreg.events.views.desk import render_desk
from eventreg.kernel.clock import now
from eventreg.web.access import Answer, requires
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
    if not form.validate():
        return _page(form), 422
    current = next(iter(list_notices(event.id)), None)
    if current is not None and (form.summary.data, form.body.data) == (current.summary, current.body):
        return redirect(url_for("events.edit_notice", slug=slug), 303)
    try:
        publish_notice(
            event.id, form.summary.data, form.body.data, now(),
            actor=Actor.account(current_user.id), seen_version=_number(form.version.data or ""),
        )  # fmt: skip
    except NoticeRefused:
        newest = list_notices(event.id)[0]
        form.version.data = str(newest.version)
        return _page(form, is_overtaken=True), 409
    return redirect(url_for("events.edit_notice", slug=slug, saved=1), 303)


def _page(form: NoticeForm, *, has_preview: bool = False, is_overtaken: bool = False) -> str:
    event: Event = g.event
    previews = {language: render_markdown(text, 3) for language, text in form.body.data.items()} if has_preview else {}
    return render_desk(
        "events/notice.html",
        "notice",
        form=form,
        notices=list_notices(event.id),
        previews=previews,
        is_overtaken=is_overtaken,
        is_saved="saved" in request.args,
        at=url_for("events.edit_notice", slug=event.slug),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1
