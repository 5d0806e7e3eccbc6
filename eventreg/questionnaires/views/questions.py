"""Adding and editing one question.

What somebody else saved of a question meanwhile, beside what was typed.

What the forms of questions are made with, and what every page about them shares.
"""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.queries.events import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import current_language
from eventreg.questionnaires import draft_wording, kinds, queries
from eventreg.questionnaires.checks import obstacles_of
from eventreg.questionnaires.forms.conditions import subjects
from eventreg.questionnaires.forms.options import OptionForm
from eventreg.questionnaires.forms.writing import Offers, QuestionForm
from eventreg.questionnaires.kinds import Context, Kind
from eventreg.questionnaires.kinds.base import KindGroup
from eventreg.questionnaires.kinds.condition_words import only_if
from eventreg.questionnaires.rules.drafts import reading
from eventreg.questionnaires.rules.schema import Definition, Question, Stage
from eventreg.questionnaires.services import drafting
from eventreg.questionnaires.views import blueprint
from eventreg.questionnaires.wording import obstacles_in_words
from eventreg.web.access import Answer, requires
from eventreg.web.templating import plain_in_reader_language


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
    with form.refusals(column=draft_wording.column_name(form.column.data or "")) as outcome:
        section, title = form.section.data or "", draft_wording.first_section_title(event.languages)
        entry = form.read()
        key = drafting.add_question(event.id, section, entry, acting(), first_title=title)
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
    if "kind" in request.args and name not in kinds.NAMES and key not in queries.list_published_keys(event.id):
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
    with form.refusals(column=draft_wording.column_name(form.column.data or "")) as outcome:
        entry, section = form.read(), form.section.data or ""
        drafting.save_question(event.id, key, form.seen.data or "", entry, section, acting())
        return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"question-{key}"), 303)
    overtaken, stored = None, kept_question(key)
    if stored is None:
        return _gone(event)
    if outcome.is_for(reading.DraftReason.CHANGED_MEANWHILE):
        theirs = _form(event, stored, key, kind=form.kind.name)
        overtaken = differences(event, form, entry, theirs, str(stored.get("kind") or ""))
        form.seen.data = reading.fingerprint(stored)
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
        form.seen.data = reading.fingerprint(stored)
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
            _(group.title),
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
    obstacles = [
        each
        for each in (obstacles_of(queries.draft_document(event.id), event) if key else ())
        if each.question is not None and each.question.key == key
    ]
    return render_desk(
        "questionnaires/question.html",
        "draft",
        form=form,
        key=key,
        has_free_kind=not key or key not in queries.list_published_keys(event.id),
        heading=named(form.stored.get("label")) if key else form.kind.title,
        refused=obstacles_in_words(obstacles, event.slug),
        lacking={
            each.part.value: dict.fromkeys(each.languages or event.languages, "missing")
            for each in obstacles
            if each.part is not None and each.option is None
        },
        kept_words=condition_in_words(event, form.stored) if form.kept_condition is not None else "",
        problem=problem,
        overtaken=overtaken or [],
        at=url_for("questionnaires.list_questions", slug=event.slug) if request.method == "POST" and not key else "",
    )


def differences(
    event: Event, typed: QuestionForm, entry: Mapping[str, Any], stored: QuestionForm, kind: str
) -> list[tuple[str, str]]:
    """Return (label, what is stored) of everything in which the two differ.

    `entry` is what was typed, as data; `kind` that of what is stored, which is shown in a form of the kind that was typed.
    """
    found = [
        (str(field.label.text), _shown(stored[name]))
        for name, field in typed._fields.items()
        if name not in ("csrf_token", "seen") and _shown(field) != _shown(stored[name])
    ]
    if kind != typed.kind.name and kind in kinds.NAMES:
        found.insert(0, (_("Question type"), kinds.get(kind).title))
    answers = [[_answer(row) for row in form.options if row.is_wanted] for form in (typed, stored)]
    if answers[0] != answers[1]:
        found.append((_("Answer options"), "; ".join(answers[1]) or "–"))
    found += [
        (str(kept.label.text), _shown(kept))
        for field, kept in zip(typed.settings.fields, stored.settings.fields, strict=True)
        if _shown(field) != _shown(kept)
    ]
    if entry.get("condition") != stored.stored.get("condition"):
        found.append((_("Ask it only when …"), condition_in_words(event, stored.stored) or _("Always ask it")))
    return found


def condition_in_words(event: Event, entry: Mapping[str, Any]) -> str:
    """Say when a question is asked; "" where it always is."""
    if entry.get("condition") is None:
        return ""
    condition = reading.condition_of(entry)
    if condition is None:
        return _("A condition that cannot be read")
    return only_if(condition, subject_questions(event, draft_of(event)), Context.of(event), current_language())


def beside_questions(event: Event) -> list[Question]:
    """Return what conditions can look at beside questions, in the reader's language."""
    return draft_wording.beside_questions([(category.key, category.name) for category in event.categories])


def subject_questions(event: Event, definition: Definition) -> dict[str, Question]:
    """Return everything that conditions can look at, by key."""
    return {question.key: question for question in (*beside_questions(event), *definition.questions())}


def draft_of(event: Event) -> Definition:
    """Return the draft of an event as far as it can be made out."""
    return reading.read_draft(queries.draft_document(event.id))


def _answer(row: OptionForm) -> str:
    parts = [_shown(row.label), *([_shown(row.hint)] if row.hint.data else [])]
    return ", ".join(parts) + (f" ({row.places.data})" if row.places.data else "")


def _shown(field: Any) -> str:
    if isinstance(field.data, dict):
        return " | ".join(field.data[language] for language in field.languages if language in field.data) or "–"
    if isinstance(field.data, bool):
        return _("Yes") if field.data else _("No")
    labels = {value: str(label) for value, label, *_rest in getattr(field, "choices", None) or ()}
    if isinstance(field.data, list):
        return ", ".join(str(labels.get(value, value)) for value in field.data) or "–"
    return str(labels.get(field.data, field.data or "–"))


_STAGES = tuple(Stage)


def whole_event() -> Event:
    """Return the event of the request with its categories and days."""
    return get_event_whole(g.event.id)


def kept_question(key: str) -> dict[str, Any] | None:
    """Return a question of the draft as it is kept; None where there is none (any more)."""
    return reading.find_question(queries.draft_document(g.event.id), key)


def kept_section(key: str) -> dict[str, Any] | None:
    """Return a section of the draft as it is kept; None where there is none (any more)."""
    return reading.find_section(queries.draft_document(g.event.id), key)


def kind_of(name: str) -> Kind:
    """Return a kind by its name, or answer that there is none."""
    return kinds.get(name) if name in kinds.NAMES else abort(404)


def fitted(stored: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """Return a question as one of another kind: what only its own kind has is left out."""
    if stored.get("kind") == kind.name:
        return stored
    kept = {name: value for name, value in stored.items() if name != "settings"}
    if not kind.has_options:
        kept.pop("options", None)
    if kept.get("column") not in kind.columns:
        kept.pop("column", None)
    return {**kept, "kind": kind.name}


def offers_for(event: Event, key: str = "", section: str = "") -> Offers:
    """Return what a question can be given: one that is there, or a new one at the end of a section."""
    definition = draft_of(event)
    columns = {question.column for question in definition.questions() if question.column and question.key != key}
    context = Context.of(event)
    return Offers(
        [(each.key, plain_in_reader_language(each.title) or each.key) for each in definition.sections],
        [(category.key, plain_in_reader_language(category.name)) for category in event.categories],
        frozenset(columns),
        subjects([*beside_questions(event), *_before(definition, key, section)], context, current_language()),
    )


def section_of(event_id: int, key: str) -> str:
    """Return the key of the section in which a question stands."""
    for section in reading.read_draft(queries.draft_document(event_id)).sections:
        if any(question.key == key for question in section.questions):
            return section.key
    return ""


def _before(definition: Definition, key: str, section_key: str) -> list[Any]:
    """Return the questions that stand before one, and are not answered later."""
    found: list[tuple[Stage, Any]] = []
    own = Stage.ORGANIZERS
    for section in definition.sections:
        own = section.stage
        for question in section.questions:
            if question.key == key:
                return _not_later(found, own)
            found.append((section.stage, question))
        if section.key == section_key and not key:
            break
    return _not_later(found, own)


def _not_later(found: list[tuple[Stage, Any]], own: Stage) -> list[Any]:
    return [question for stage, question in found if _STAGES.index(stage) <= _STAGES.index(own)]


def named(text: Any) -> str:
    """Return a label or title for a heading."""
    return plain_in_reader_language(reading.texts({"it": text}, "it")) or _("without a text")
