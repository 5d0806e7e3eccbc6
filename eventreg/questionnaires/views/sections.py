"""Adding and editing a section."""

from flask import abort, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.questionnaires.forms.sections import SectionForm
from eventreg.questionnaires.rules.drafts import changes
from eventreg.questionnaires.rules.drafts.reading import DraftReason, fingerprint, texts
from eventreg.questionnaires.services import drafting
from eventreg.questionnaires.views import blueprint
from eventreg.questionnaires.views.questions import kept_section, named
from eventreg.web.access import Answer, requires


@blueprint.get("/manage/events/<slug>/questions/sections/new")
@requires(Permission.EDIT_EVENT)
def new_section(slug: str) -> Answer:
    """Show a blank section."""
    return _page(SectionForm(g.event.languages, formdata=None))


@blueprint.post("/manage/events/<slug>/questions/sections/new")
@requires(Permission.EDIT_EVENT)
def add_section(slug: str) -> Answer:
    """Add a section at the end, and go on to its first question."""
    form = SectionForm(g.event.languages, formdata=request.form)
    with form.refusals() as outcome:
        key = drafting.add_section(g.event.id, form.read(), acting())
        return redirect(url_for("questionnaires.new_question", slug=slug, section=key), 303)
    return _page(form, problem=outcome.problem), outcome.status_code


@blueprint.get("/manage/events/<slug>/questions/sections/<key>")
@requires(Permission.EDIT_EVENT)
def edit_section(slug: str, key: str) -> Answer:
    """Show a section."""
    stored = kept_section(key) or abort(404)
    return _page(SectionForm(g.event.languages, stored, formdata=None, **SectionForm.values_of(stored)), key)


@blueprint.post("/manage/events/<slug>/questions/sections/<key>")
@requires(Permission.EDIT_EVENT)
def save_section(slug: str, key: str) -> Answer:
    """Save a section. If somebody else was quicker, what was typed stays."""
    stored = kept_section(key)
    if stored is None:
        return _gone()
    form = SectionForm(g.event.languages, stored, formdata=request.form)
    with form.refusals() as outcome:
        drafting.change_draft(g.event.id, acting(), changes.save_section, key, form.seen.data or "", form.read())
        return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"section-{key}"), 303)
    overtaken, stored = "", kept_section(key)
    if stored is None:
        return _gone()
    if outcome.is_for(DraftReason.CHANGED_MEANWHILE):
        form.seen.data = fingerprint(stored)
        overtaken = " | ".join(texts(stored, "title").values())
    return _page(form, key, outcome.problem, overtaken), outcome.status_code


def _gone() -> Answer:
    """Show what was typed of a section that somebody removed meanwhile, as one to be added."""
    problem = _("Somebody else removed this section meanwhile. What you wrote stands below: save it to add it anew.")
    return _page(SectionForm(g.event.languages, formdata=request.form), problem=problem), 409


def _page(form: SectionForm, key: str = "", problem: str = "", overtaken: str = "") -> str:
    return render_desk(
        "questionnaires/section.html",
        "draft",
        form=form,
        key=key,
        heading=named((kept_section(key) or {}).get("title")) if key else _("Add a section"),
        problem=problem,
        overtaken=overtaken,
        at="" if key else url_for("questionnaires.new_section", slug=g.event.slug),
    )
