"""Adding and editing one question."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.questionnaires import kinds
from eventreg.questionnaires.draft_wording import column_name, first_section_title, group_name
from eventreg.questionnaires.forms.writing import QuestionForm
from eventreg.questionnaires.kinds import Kind
from eventreg.questionnaires.kinds.base import KindGroup
from eventreg.questionnaires.queries import list_published_keys
from eventreg.questionnaires.rules.drafts.reading import fingerprint
from eventreg.questionnaires.rules.drafts.refusals import DraftReason
from eventreg.questionnaires.services import building
from eventreg.questionnaires.views import blueprint
from eventreg.questionnaires.views.offering import (
    fitted,
    kept_question,
    kind_of,
    named,
    offers_for,
    section_of,
    whole_event,
)
from eventreg.questionnaires.views.overtaken import condition_in_words, differences
from eventreg.web.access import Answer, requires


@blueprint.get("/manage/events/<slug>/questions/new")
@requires(Permission.EDIT_EVENT)
def new_question(slug: str) -> Answer:
    """Offer the kinds of questions; with one chosen, a blank question of it."""
    event, section = whole_event(), request.args.get("section", "")
    name = request.args.get("kind", "")
    if name not in kinds.NAMES:
        return _kinds(event, section=section)
    return _page(event, _new_form(event, name, section))


@blueprint.post("/manage/events/<slug>/questions/new")
@requires(Permission.EDIT_EVENT)
def add_question(slug: str) -> Answer:
    """Add a question to the draft; "another" goes on to the next."""
    event = whole_event()
    form = _sent_form(event)
    if _is_only_arranged(form):
        return _page(event, form)
    with form.refusals(column=column_name(form.column.data or "")) as outcome:
        section, title = form.section.data or "", first_section_title(event.languages)
        entry = form.read()
        key = building.add_question(event.id, section, entry, acting(), first_title=title)
        if request.form.get("do") == "another":
            flash(_("Saved: %(question)s", question=named(entry["label"])))
            return redirect(url_for("questionnaires.new_question", slug=slug, section=section_of(event.id, key)), 303)
        return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"question-{key}"), 303)
    return _page(event, form, problem=outcome.problem), outcome.status_code


@blueprint.get("/manage/events/<slug>/questions/edit/<key>")
@requires(Permission.EDIT_EVENT)
def edit_question(slug: str, key: str) -> Answer:
    """Show everything that can be said of a question. One that was never published can become one of another kind."""
    event, stored, name = whole_event(), kept_question(key) or abort(404), request.args.get("kind", "")
    if "kind" in request.args and name not in kinds.NAMES and key not in list_published_keys(event.id):
        return _kinds(event, key=key)
    return _page(event, _form(event, stored, key, kind=name if name in kinds.NAMES else ""), key)


@blueprint.post("/manage/events/<slug>/questions/edit/<key>")
@requires(Permission.EDIT_EVENT)
def save_question(slug: str, key: str) -> Answer:
    """Save a question. If somebody else was quicker, what was typed stays beside what they saved."""
    event, stored = whole_event(), kept_question(key)
    if stored is None:
        return _gone(event)
    form = _form(event, stored, key, request.form, request.form.get("kind", ""))
    if _is_only_arranged(form):
        return _page(event, form, key)
    with form.refusals(column=column_name(form.column.data or "")) as outcome:
        entry, section = form.read(), form.section.data or ""
        building.save_question(event.id, key, form.seen.data or "", entry, section, acting())
        return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"question-{key}"), 303)
    overtaken, stored = None, kept_question(key)
    if stored is None:
        return _gone(event)
    if outcome.is_for(DraftReason.CHANGED_MEANWHILE):
        theirs = _form(event, stored, key, kind=form.kind.name)
        overtaken = differences(event, form, entry, theirs, str(stored.get("kind") or ""))
        form.seen.data = fingerprint(stored)
    return _page(event, form, key, outcome.problem, overtaken), outcome.status_code


def _gone(event: Event) -> Answer:
    """Show what was typed of a question that somebody removed meanwhile, as one to be added."""
    problem = _("Somebody else removed this question meanwhile. What you wrote stands below: save it to add it anew.")
    return _page(event, _sent_form(event), problem=problem), 409


def _sent_form(event: Event) -> QuestionForm:
    return _new_form(event, request.form.get("kind", ""), request.form.get("section", ""), request.form)


def _new_form(event: Event, kind: str, section: str, sent: Any = None) -> QuestionForm:
    offers = offers_for(event, "", section)
    return QuestionForm(event.languages, kind_of(kind), {}, offers, sent, section=section)


def _form(event: Event, stored: dict[str, Any], key: str, sent: Any = None, kind: str = "") -> QuestionForm:
    made = kind_of(kind or str(stored.get("kind") or ""))
    offers, section = offers_for(event, key), section_of(event.id, key)
    form = QuestionForm(event.languages, made, fitted(stored, made), offers, sent, section=section)
    if sent is None:
        form.seen.data = fingerprint(stored)
    return form


def _is_only_arranged(form: QuestionForm) -> bool:
    """Do what a button beside rows says; False where it is one that saves."""
    order = request.form.get("do", "")
    if order in ("", "another"):
        return False
    form.arrange(order)
    return True


def _kinds(event: Event, key: str = "", section: str = "") -> str:
    return render_desk(
        "questionnaires/kinds.html",
        "draft",
        groups=_groups(),
        key=key,
        section=section,
        section_title=_section_title(event, section),
    )


def _section_title(event: Event, key: str) -> str:
    """Return where a new question goes: the title of the section; "" where none is there, or none was named."""
    return next((title for name, title in offers_for(event, "", key).sections if name == key), "")


def _groups() -> list[tuple[str, list[Kind]]]:
    everything = [kinds.get(name) for name in kinds.NAMES]
    groups = [
        (
            group_name(group),
            sorted((kind for kind in everything if kind.group is group), key=lambda kind: str(kind.title)),
        )
        for group in KindGroup
    ]
    return [(name, members) for name, members in groups if members]


def _page(
    event: Event,
    form: QuestionForm,
    key: str = "",
    problem: str = "",
    overtaken: list[tuple[str, str]] | None = None,
) -> str:
    return render_desk(
        "questionnaires/question.html",
        "draft",
        form=form,
        key=key,
        has_free_kind=not key or key not in list_published_keys(event.id),
        heading=named(form.stored.get("label")) if key else form.kind.title,
        kept_words=condition_in_words(event, form.stored) if form.kept_condition is not None else "",
        problem=problem,
        overtaken=overtaken or [],
        at=url_for("questionnaires.list_questions", slug=event.slug) if request.method == "POST" and not key else "",
    )
