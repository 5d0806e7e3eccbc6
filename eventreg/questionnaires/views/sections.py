"""Adding and editing a section."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.kernel.clock import now
from eventreg.questionnaires.draft_wording import draft_sentence
from eventreg.questionnaires.forms.sections import SectionForm
from eventreg.questionnaires.rules.drafts import DraftReason, DraftRefused, fingerprint
from eventreg.questionnaires.rules.drafts.reading import texts
from eventreg.questionnaires.services import building
from eventreg.questionnaires.views import blueprint
from eventreg.questionnaires.views.offering import find_section, frame, named, stored_section, whole_event
from eventreg.web.access import Answer, requires
from eventreg.web.templating import language_url_at


@blueprint.get("/manage/events/<slug>/questions/sections/new")
@requires(Permission.EDIT_EVENT)
def new_section(slug: str) -> Answer:
    """Show a blank section."""
    event = whole_event()
    return _page(event, SectionForm(event.languages, formdata=None))


@blueprint.post("/manage/events/<slug>/questions/sections/new")
@requires(Permission.EDIT_EVENT)
def add_section(slug: str) -> Answer:
    """Add a section at the end, and go on to its first question."""
    event = whole_event()
    form = SectionForm(event.languages, formdata=request.form)
    entry = form.read()
    if entry is None:
        return _page(event, form), 422
    try:
        key = building.add_section(event.id, entry, event.languages, current_user.id, now())
    except DraftRefused as refused:
        return _page(event, form, problem=draft_sentence(refused)), 409
    return redirect(url_for("questionnaires.new_question", slug=slug, section=key), 303)


@blueprint.get("/manage/events/<slug>/questions/sections/<key>")
@requires(Permission.EDIT_EVENT)
def edit_section(slug: str, key: str) -> Answer:
    """Show a section."""
    event, stored = whole_event(), stored_section(key)
    return _page(event, SectionForm(event.languages, stored, formdata=None, **SectionForm.values_of(stored)), key)


@blueprint.post("/manage/events/<slug>/questions/sections/<key>")
@requires(Permission.EDIT_EVENT)
def save_section(slug: str, key: str) -> Answer:
    """Save a section. If somebody else was quicker, what was typed stays."""
    event, stored = whole_event(), find_section(key)
    if stored is None:
        return _gone(event)
    form = SectionForm(event.languages, stored, formdata=request.form)
    entry = form.read()
    if entry is None:
        return _page(event, form, key), 422
    try:
        building.save_section(event.id, key, form.seen.data or "", entry, current_user.id, now())
    except DraftRefused as refused:
        overtaken, stored = "", find_section(key)
        if stored is None:
            return _gone(event)
        if refused.reason is DraftReason.CHANGED_MEANWHILE:
            form.seen.data = fingerprint(stored)
            overtaken = " | ".join(texts(stored, "title").values())
        return _page(event, form, key, draft_sentence(refused), overtaken), 409
    return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"section-{key}"), 303)


def _gone(event: Event) -> Answer:
    """Show what was typed of a section that somebody removed meanwhile, as one to be added."""
    problem = _("Somebody else removed this section meanwhile. What you wrote stands below: save it to add it anew.")
    return _page(event, SectionForm(event.languages, formdata=request.form), problem=problem), 409


def _page(event: Event, form: SectionForm, key: str = "", problem: str = "", overtaken: str = "") -> str:
    address = url_for("questionnaires.new_section", slug=event.slug)
    if key:
        address = url_for("questionnaires.edit_section", slug=event.slug, key=key)
    return render_template(
        "questionnaires/section.html",
        form=form,
        key=key,
        heading=named(stored_section(key).get("title")) if key else "",
        problem=problem,
        overtaken=overtaken,
        language_url=language_url_at(address),
        **frame(event),
    )
