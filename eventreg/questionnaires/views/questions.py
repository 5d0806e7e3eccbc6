"""Adding and editing one question."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.kernel.clock import now
from eventreg.questionnaires import kinds
from eventreg.questionnaires.draft_wording import draft_sentence, first_section_title, group_name
from eventreg.questionnaires.forms.writing import QuestionForm
from eventreg.questionnaires.kinds import Kind
from eventreg.questionnaires.kinds.base import KindGroup
from eventreg.questionnaires.queries import draft_document, list_published_keys
from eventreg.questionnaires.rules.drafts import DraftReason, DraftRefused, fingerprint
from eventreg.questionnaires.rules.drafts.reading import questions_in
from eventreg.questionnaires.services import building
from eventreg.questionnaires.views import blueprint
from eventreg.questionnaires.views.offering import (
    find_question,
    fitted,
    frame,
    kind_of,
    named,
    offers_for,
    section_of,
    stored_question,
    whole_event,
)
from eventreg.questionnaires.views.overtaken import condition_in_words, differences
from eventreg.web.access import Answer, requires
from eventreg.web.templating import language_url_at


@blueprint.get("/manage/events/<slug>/questions/new")
@requires(Permission.EDIT_EVENT)
def new_question(slug: str) -> Answer:
    """Offer the kinds of questions; with one chosen, a blank question of it."""
    event, section = whole_event(), request.args.get("section", "")
    name = request.args.get("kind", "")
    if name not in kinds.NAMES:
        return _kinds(event, section=section, saved=_saved())
    kind = kind_of(name)
    return _page(event, QuestionForm(event.languages, kind, {}, offers_for(event, "", section), section=section))


@blueprint.post("/manage/events/<slug>/questions/new")
@requires(Permission.EDIT_EVENT)
def add_question(slug: str) -> Answer:
    """Add a question to the draft; "another" goes on to the next."""
    event = whole_event()
    kind, section = kind_of(request.form.get("kind", "")), request.form.get("section", "")
    form = QuestionForm(event.languages, kind, {}, offers_for(event, "", section), request.form, section=section)
    entry = _read(form)
    if entry is None:
        return _unread(event, form)
    title = first_section_title(event.languages)
    try:
        key = building.add_question(
            event.id, section, entry, event.languages, current_user.id, now(), first_title=title
        )
    except DraftRefused as refused:
        return _page(event, form, problem=draft_sentence(refused)), 409
    if request.form.get("do") == "another":
        section = section_of(event.id, key)
        return redirect(url_for("questionnaires.new_question", slug=slug, section=section, saved=key), 303)
    return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"question-{key}"), 303)


@blueprint.get("/manage/events/<slug>/questions/edit/<key>")
@requires(Permission.EDIT_EVENT)
def edit_question(slug: str, key: str) -> Answer:
    """Show everything that can be said of a question. One that was never published can become one of another kind."""
    event, stored, name = whole_event(), stored_question(key), request.args.get("kind", "")
    if "kind" in request.args and name not in kinds.NAMES and key not in list_published_keys(event.id):
        return _kinds(event, key=key)
    return _page(event, _form(event, stored, key, kind=name if name in kinds.NAMES else ""), key)


@blueprint.post("/manage/events/<slug>/questions/edit/<key>")
@requires(Permission.EDIT_EVENT)
def save_question(slug: str, key: str) -> Answer:
    """Save a question. If somebody else was quicker, what was typed stays beside what they saved."""
    event, stored = whole_event(), find_question(key)
    if stored is None:
        return _gone(event)
    form = _form(event, stored, key, request.form, request.form.get("kind", ""))
    entry = _read(form)
    if entry is None:
        return _unread(event, form, key)
    seen, section = form.seen.data or "", form.section.data or ""
    try:
        building.save_question(event.id, key, seen, entry, section, current_user.id, now())
    except DraftRefused as refused:
        overtaken, stored = None, find_question(key)
        if stored is None:
            return _gone(event)
        if refused.reason is DraftReason.CHANGED_MEANWHILE:
            theirs = _form(event, stored, key, kind=form.kind.name)
            overtaken = differences(event, form, entry, theirs, str(stored.get("kind") or ""))
            form.seen.data = fingerprint(stored)
        return _page(event, form, key, draft_sentence(refused), overtaken), 409
    return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"question-{key}"), 303)


def _gone(event: Event) -> Answer:
    """Show what was typed of a question that somebody removed meanwhile, as one to be added."""
    section = request.form.get("section", "")
    kind = kind_of(request.form.get("kind", ""))
    form = QuestionForm(event.languages, kind, {}, offers_for(event, "", section), request.form, section=section)
    problem = _("Somebody else removed this question meanwhile. What you wrote stands below: save it to add it anew.")
    return _page(event, form, problem=problem), 409


def _form(event: Event, stored: dict[str, Any], key: str, sent: Any = None, kind: str = "") -> QuestionForm:
    made = kind_of(kind or str(stored.get("kind") or ""))
    offers, section = offers_for(event, key), section_of(event.id, key)
    form = QuestionForm(event.languages, made, fitted(stored, made), offers, sent, section=section)
    if sent is None:
        form.seen.data = fingerprint(stored)
    return form


def _read(form: QuestionForm) -> dict[str, Any] | None:
    """Return the question that was filled in; None where a button only arranges rows, or something is not right."""
    order = request.form.get("do", "")
    if order and order != "another":
        form.arrange(order)
        return None
    return form.read()


def _unread(event: Event, form: QuestionForm, key: str = "") -> Answer:
    page = _page(event, form, key)
    return (page, 422) if form.all_errors() else page


def _kinds(event: Event, key: str = "", section: str = "", saved: str = "") -> str:
    return render_template(
        "questionnaires/kinds.html",
        groups=_groups(),
        key=key,
        section=section,
        section_title=_section_title(event, section),
        saved=saved,
        **frame(event),
    )


def _section_title(event: Event, key: str) -> str:
    """Return where a new question goes: the title of the section; "" where none is there, or none was named."""
    return next((title for name, title in offers_for(event, "", key).sections if name == key), "")


def _groups() -> list[tuple[str, list[Kind]]]:
    everything = [kinds.get(name) for name in kinds.NAMES]
    groups = [
        (group_name(group), sorted((kind for kind in everything if kind.group is group), key=lambda kind: kind.title()))
        for group in KindGroup
    ]
    return [(name, members) for name, members in groups if members]


def _saved() -> str:
    key = request.args.get("saved", "")
    entry = next((entry for entry in questions_in(draft_document(g.event.id)) if entry["key"] == key), None)
    return named(entry.get("label")) if entry is not None else ""


def _page(
    event: Event,
    form: QuestionForm,
    key: str = "",
    problem: str = "",
    overtaken: list[tuple[str, str]] | None = None,
) -> str:
    address = url_for("questionnaires.list_questions", slug=event.slug)
    if key:
        address = url_for("questionnaires.edit_question", slug=event.slug, key=key)
    return render_template(
        "questionnaires/question.html",
        form=form,
        key=key,
        has_free_kind=not key or key not in list_published_keys(event.id),
        heading=named(form.stored.get("label")) if key else form.kind.title(),
        kept_words=condition_in_words(event, form.stored) if form.kept_condition is not None else "",
        problem=problem,
        overtaken=overtaken or [],
        **({"language_url": language_url_at(address)} if request.method == "POST" else {}),
        **frame(event),
    )
