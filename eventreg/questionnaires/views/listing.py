"""What an event asks, on one page of the desk: sections, questions, how the form is shown, and what is not published yet.

A draft as the list of questions shows it: each section and question with what there is to say of it.

Adding and editing a section.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from eventreg.audit.services import acting
from eventreg.events.models import Event
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import current_language, name_of
from eventreg.kernel.text import LocalizedText
from eventreg.questionnaires import kinds, queries
from eventreg.questionnaires.checks import obstacles_of
from eventreg.questionnaires.forms.sections import SectionForm
from eventreg.questionnaires.kinds.condition_words import only_if
from eventreg.questionnaires.rules.drafts import changes
from eventreg.questionnaires.rules.drafts.reading import DraftReason, fingerprint, list_differences, read_draft, texts
from eventreg.questionnaires.rules.obstacles import Obstacle, ObstacleKind
from eventreg.questionnaires.rules.schema import Definition, Question, Section, Stage
from eventreg.questionnaires.services import drafting
from eventreg.questionnaires.views import blueprint
from eventreg.questionnaires.views.questions import kept_section, named, subject_questions, whole_event
from eventreg.questionnaires.wording import obstacles_in_words
from eventreg.web.access import Answer, requires
from eventreg.web.refusals import Refusals
from eventreg.web.templating import plain_in_reader_language

_STEPS = {"up": -1, "down": 1}


@blueprint.get("/manage/events/<slug>/questions")
@requires(Permission.EDIT_EVENT)
def list_questions(slug: str) -> Answer:
    """Show the sections with their questions in order, and how the draft stands to what is published."""
    return _page()


@blueprint.post("/manage/events/<slug>/questions/edit/<key>/arrange")
@requires(Permission.EDIT_EVENT)
def arrange_question(slug: str, key: str) -> Answer:
    """Move, copy or retire a question, as the button says."""
    event_id, order = g.event.id, request.form.get("do", "")
    with Refusals() as outcome:
        if order in _STEPS:
            drafting.change_draft(event_id, acting(), changes.move_question, key, _STEPS[order])
        elif order == "place":
            section, before = request.form.get("section", ""), request.form.get("before", "")
            drafting.change_draft(event_id, acting(), changes.place_question, key, section, before)
        elif order == "copy":
            copied = drafting.copy_question(event_id, key, acting())
            return redirect(url_for("questionnaires.edit_question", slug=slug, key=copied), 303)
        elif order == "retire":
            drafting.change_draft(event_id, acting(), changes.remove_question, key)
            return redirect(url_for("questionnaires.list_questions", slug=slug), 303)
        return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"question-{key}"), 303)
    return _page(outcome.problem), outcome.status_code


@blueprint.post("/manage/events/<slug>/questions/sections/<key>/arrange")
@requires(Permission.EDIT_EVENT)
def arrange_section(slug: str, key: str) -> Answer:
    """Move or remove a section, as the button says."""
    order = request.form.get("do", "")
    with Refusals() as outcome:
        if order in _STEPS:
            drafting.change_draft(g.event.id, acting(), changes.move_section, key, _STEPS[order])
        elif order == "remove":
            drafting.change_draft(g.event.id, acting(), changes.remove_section, key)
        return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"section-{key}"), 303)
    return _page(outcome.problem), outcome.status_code


@blueprint.post("/manage/events/<slug>/questions/empty")
@requires(Permission.EDIT_EVENT)
def empty_form(slug: str) -> Answer:
    """Take every section out of the draft. What is published is asked until something else is."""
    drafting.change_draft(g.event.id, acting(), changes.empty)
    flash(
        _("The form is empty. What is published goes on being asked until you publish; discard the draft to go back.")
    )
    return redirect(url_for("questionnaires.list_questions", slug=slug), 303)


@blueprint.post("/manage/events/<slug>/questions/shape")
@requires(Permission.EDIT_EVENT)
def save_form_shape(slug: str) -> Answer:
    """Save whether the form is in steps, and whether it ends with the answers."""
    shape = {name: name in request.form for name in ("is_stepwise", "has_summary")}
    drafting.change_draft(g.event.id, acting(), changes.save_shape, shape)
    return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor="shape"), 303)


def _page(problem: str = "") -> str:
    event = whole_event()
    board = queries.get_board(event.id)
    obstacles = obstacles_of(board.document, event) if board.document.get("sections") else []
    return render_desk(
        "questionnaires/questions.html",
        "draft",
        sections=section_rows(read_draft(board.document), event, obstacles),
        whole_form=[each.words for each in obstacles_in_words([o for o in obstacles if o.section is None], event.slug)],
        board=board,
        change_count=len(list_differences(board.published or {}, board.document)) if board.draft is not None else 0,
        problem=problem,
    )


@dataclass(frozen=True)
class QuestionRow:
    """One question of the list. Texts are in the reader's language."""

    question: Question
    label: str
    #: "One of several answers"
    kind: str
    #: "Required", "Required of Government"; empty where it is not
    required: str
    #: names of the categories it is asked of; empty: all
    categories: Sequence[str]
    #: "Only if …"; empty where it is always asked
    condition: str
    #: what publishing will refuse it for, but texts that are not translated
    refused: Sequence[str]
    #: names of the event's languages in which a text is not there
    untranslated: Sequence[str]


@dataclass(frozen=True)
class SectionRow:
    """One section of the list."""

    section: Section
    title: str
    #: "After the confirmation"; empty for what is asked on registering
    stage: str
    rows: Sequence[QuestionRow]
    refused: Sequence[str]
    untranslated: Sequence[str]


def section_rows(definition: Definition, event: Event, obstacles: Sequence[Obstacle] = ()) -> list[SectionRow]:
    """Return the sections of a draft with their questions, in order, each with what publishing will refuse it for."""
    names = {category.key: plain_in_reader_language(category.name) for category in event.categories}
    everything, context = subject_questions(event, definition), kinds.Context.of(event)

    def _condition(question: Question) -> str:
        if question.condition is None:
            return ""
        return only_if(question.condition, everything, context, current_language())

    told = [each for each in obstacles if each.kind is not ObstacleKind.UNTRANSLATED]

    def _refused(section: Section, question: Question | None = None) -> list[str]:
        # A draft may hold two of a key: each is told of both.
        keys = (section.key, question and question.key)
        mine = [o for o in told if o.section and (o.section.key, o.question and o.question.key) == keys]
        return list(dict.fromkeys(each.words for each in obstacles_in_words(mine, event.slug)))

    return [
        SectionRow(
            section,
            plain_in_reader_language(section.title) or _("A section without a title"),
            _(section.stage.title) if section.stage is not Stage.REGISTRATION else "",
            [
                _question_row(question, names, event.languages, _condition(question), _refused(section, question))
                for question in section.questions
            ],
            _refused(section),
            _lacking([section.title], [section.intro], event.languages),
        )
        for section in definition.sections
    ]


def _question_row(
    question: Question, names: Mapping[str, str], languages: Sequence[str], condition: str, refused: Sequence[str]
) -> QuestionRow:
    kind = kinds.get(question.kind) if question.kind in kinds.NAMES else None
    needed = [question.label, *(option.label for option in question.options)]
    optional = [question.help, question.purpose, *(option.hint for option in question.options)]
    return QuestionRow(
        question,
        plain_in_reader_language(question.label) or _("A question without a text"),
        kind.title if kind is not None else _("A kind that is not known"),
        _required(question, names),
        [names.get(key, key) for key in sorted(question.categories)],
        condition,
        refused,
        _lacking(needed, optional, languages),
    )


def _required(question: Question, names: Mapping[str, str]) -> str:
    if question.is_required:
        return _("Required")
    some = [names.get(key, key) for key in sorted(question.required_for)]
    return _("Required of: %(categories)s", categories=", ".join(some)) if some else ""


def _lacking(needed: Sequence[LocalizedText], optional: Sequence[LocalizedText], languages: Sequence[str]) -> list[str]:
    """Return the names of the languages that lack a text: one that must be there, or one that another language has."""
    texts = [*needed, *(text for text in optional if text)]
    lacking = [language for language in languages if any(not text.get(language) for text in texts)]
    return [name_of(language, current_language()) for language in lacking]


@blueprint.get("/manage/events/<slug>/questions/sections/new")
@requires(Permission.EDIT_EVENT)
def new_section(slug: str) -> Answer:
    """Show a blank section."""
    return _section_page(SectionForm(g.event.languages, formdata=None))


@blueprint.post("/manage/events/<slug>/questions/sections/new")
@requires(Permission.EDIT_EVENT)
def add_section(slug: str) -> Answer:
    """Add a section at the end, and go on to its first question."""
    form = SectionForm(g.event.languages, formdata=request.form)
    with form.refusals() as outcome:
        key = drafting.add_section(g.event.id, form.read(), acting())
        return redirect(url_for("questionnaires.new_question", slug=slug, section=key), 303)
    return _section_page(form, problem=outcome.problem), outcome.status_code


@blueprint.get("/manage/events/<slug>/questions/sections/<key>")
@requires(Permission.EDIT_EVENT)
def edit_section(slug: str, key: str) -> Answer:
    """Show a section."""
    stored = kept_section(key) or abort(404)
    return _section_page(SectionForm(g.event.languages, stored, formdata=None, **SectionForm.values_of(stored)), key)


@blueprint.post("/manage/events/<slug>/questions/sections/<key>")
@requires(Permission.EDIT_EVENT)
def save_section(slug: str, key: str) -> Answer:
    """Save a section. If somebody else was quicker, what was typed stays."""
    stored = kept_section(key)
    if stored is None:
        return _section_gone()
    form = SectionForm(g.event.languages, stored, formdata=request.form)
    with form.refusals() as outcome:
        drafting.change_draft(g.event.id, acting(), changes.save_section, key, form.seen.data or "", form.read())
        return redirect(url_for("questionnaires.list_questions", slug=slug, _anchor=f"section-{key}"), 303)
    overtaken, stored = "", kept_section(key)
    if stored is None:
        return _section_gone()
    if outcome.is_for(DraftReason.CHANGED_MEANWHILE):
        form.seen.data = fingerprint(stored)
        overtaken = " | ".join(texts(stored, "title").values())
    return _section_page(form, key, outcome.problem, overtaken), outcome.status_code


def _section_gone() -> Answer:
    """Show what was typed of a section that somebody removed meanwhile, as one to be added."""
    problem = _("Somebody else removed this section meanwhile. What you wrote stands below: save it to add it anew.")
    return _section_page(SectionForm(g.event.languages, formdata=request.form), problem=problem), 409


def _section_page(form: SectionForm, key: str = "", problem: str = "", overtaken: str = "") -> str:
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
