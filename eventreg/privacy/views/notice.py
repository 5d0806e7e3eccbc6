"""The privacy notice on the desk: the organizers' words, what the program says beside them, who read which version.

And the record of processing activities of the whole instance, which is made of the same.
"""

from typing import Any

from flask import Response, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.forms.look import NoticeForm
from eventreg.events.models import Event
from eventreg.events.queries.events import list_notices
from eventreg.events.rules.practical import starting_text
from eventreg.events.rules.team import Permission
from eventreg.events.services.settings import publish_notice
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import current_language
from eventreg.kernel.clock import now
from eventreg.privacy import notice as notices
from eventreg.privacy.views import blueprint
from eventreg.web import downloads
from eventreg.web.access import Answer, administrators_only, requires
from eventreg.web.fields import whole_number
from eventreg.web.markdown import render_markdown


@blueprint.get("/manage/events/<slug>/notice")
@requires(Permission.EDIT_EVENT)
def edit_notice(slug: str) -> Answer:
    """Show the notice that stands, or a text to begin with."""
    event: Event = g.event
    current = next(iter(list_notices(event.id)), None)
    text = starting_text(event.languages, event.contact_email)._asdict()
    if current is not None:
        text = {"summary": current.summary, "body": current.body, "transfers": current.transfers}
    version = current.version if current is not None else 0
    form = NoticeForm(event.languages, formdata=None, **text, version=str(version))
    return _page_of_notice(form)


@blueprint.post("/manage/events/<slug>/notice")
@requires(Permission.EDIT_EVENT)
def publish_event_notice(slug: str) -> Answer:
    """Publish the next version; one that says the same is none."""
    event: Event = g.event
    form = NoticeForm(event.languages)
    if request.form.get("do") == "preview":
        return _page_of_notice(form, has_preview=True)
    with form.refusals() as outcome:
        form.check()
        current = next(iter(list_notices(event.id)), None)
        words = (form.summary.data, form.body.data, form.transfers.data)
        if current is not None and current.made and words == (current.summary, current.body, current.transfers):
            return redirect(url_for("privacy.edit_notice", slug=slug), 303)
        seen = whole_number(form.version.data)
        publish_notice(event.id, *words, actor=acting(), seen_version=-1 if seen is None else seen)
        return redirect(url_for("privacy.edit_notice", slug=slug, saved=1), 303)
    problem = ""
    if outcome.problem:
        problem = _("Nothing you wrote is lost. Their version stands below; publishing yours makes the next one.")
        form.version.data = str(list_notices(event.id)[0].version)
    return _page_of_notice(form, problem, outcome.problem), outcome.status_code


def _page_of_notice(form: NoticeForm, problem: str = "", problem_title: str = "", *, has_preview: bool = False) -> str:
    event: Event = g.event
    previews = {language: render_markdown(text, 3) for language, text in form.body.data.items()} if has_preview else {}
    published, sees_all = list_notices(event.id), g.event_access.sight.scope.is_whole
    people = notices.count_by_notice(event.id) if sees_all else {}
    return render_desk(
        "privacy/notice.html",
        "notice",
        form=form,
        notices=published,
        made=notices.told(notices.facts_of(event)),
        people=people,
        under_older=sum(number for id_, number in people.items() if id_ != published[0].id) if published else 0,
        previews=previews,
        problem=problem,
        problem_title=problem_title,
    )


@blueprint.get("/manage/processing")
@administrators_only
def show_record() -> str:
    """Show what this instance does with data about people, event by event."""
    return render_template("privacy/record.html", **_record())


@blueprint.post("/manage/processing/document")
@administrators_only
def download_record() -> Response:
    """Give the record as a document of its own."""
    page = render_template("privacy/record_document.html", lang=current_language(), **_record())
    return downloads.as_attachment(
        page.encode(), f"processing-{now().date().isoformat()}.html", "text/html; charset=utf-8"
    )


def _record() -> dict[str, Any]:
    return {"made_on": now().date(), "entries": [vars(entry) for entry in notices.list_entries()]}
