"""The form as participants see it, for whoever writes the questions: by the same templates, and nothing is kept or sent.

The page of the desk has the choices; the form stands in a frame of it, as wide as a phone or as the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Response as FlaskResponse, g, make_response, render_template, request, url_for

from eventreg.events.models import Category, Event
from eventreg.events.queries.events import find_current_notice, get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.i18n.languages import current_language, own_name, speaking
from eventreg.kernel.errors import NotFound
from eventreg.kernel.tokens import new_submission_key
from eventreg.questionnaires import kinds
from eventreg.questionnaires.forms import QuestionnaireForm, Steps, SummaryPart
from eventreg.questionnaires.queries import draft_document, find_newest_version, get_numbered_version
from eventreg.questionnaires.rules.answers import Invalid, most_files
from eventreg.questionnaires.rules.conditions import BESIDE_QUESTIONS
from eventreg.questionnaires.rules.drafts.reading import read_draft
from eventreg.questionnaires.rules.publishing import finished
from eventreg.questionnaires.rules.schema import Definition, DefinitionInvalid, Question, Stage
from eventreg.registration.forms import FRAME_FIELDS
from eventreg.registration.views import blueprint
from eventreg.registration.views.form_pages import occasion_of, page_frame
from eventreg.web import access, traffic

#: what is shown: what organizers write, what is asked now, or an earlier version by its number
DRAFT, PUBLISHED = "draft", "published"
PHONE, WIDE = "phone", "wide"


@dataclass(frozen=True)
class Choices:
    """What is to be seen, as the address says; whatever it says that is not there becomes the first that is."""

    category: Category
    language: str
    stage: Stage
    #: DRAFT, PUBLISHED or the number of a version
    version: str
    width: str

    def parameters(self) -> dict[str, Any]:
        """Return them for an address."""
        return {
            "category": self.category.key,
            "language": self.language,
            "stage": self.stage.value,
            "version": self.version,
        }


class PreviewForm:
    """Stands in for `FilledForm` in the template of the form."""

    address_asked = ""

    def __init__(self, event: Event, choices: Choices, definition: Definition, *, is_sent: bool) -> None:
        self.category = choices.category
        self.submission_key = new_submission_key()
        sent = request.form if is_sent else None
        self._context = kinds.Context.of(event)
        self.questions = QuestionnaireForm(
            definition, choices.category.key, self._context, choices.language, sent, came_by=None
        )
        self.steps = Steps(definition, self.questions, request.form.get("step", ""))

    def summary(self) -> list[SummaryPart]:
        """See `FilledForm.summary`."""
        return self.steps.summary(self._context)

    def try_out(self) -> list[tuple[str, str]]:
        """Do what the buttons of the form do, but sending: return what has to be checked."""
        errors, wish = self.check(), request.form.get("step_to")
        if wish is not None and self.steps.has_pages:
            self.steps.go(wish)
        elif errors:
            self.steps.go_to_trouble()
        return self.questions.errors_list()

    def check(self) -> list[tuple[str, str]]:
        """Return what participants would be told to check. Files are looked at and let go."""
        good = set()
        for question in self.questions.files:
            for storage in request.files.getlist(question.key)[: most_files(question)]:
                if not storage.filename:
                    continue
                try:
                    kinds.get(question.kind).take(question, storage.read())
                    good.add(question.key)
                except Invalid as invalid:
                    self.questions.refuse(
                        question.key, invalid, (storage.filename or "") if most_files(question) > 1 else ""
                    )
        self.questions.validate(good)
        return self.questions.errors_list()


@blueprint.get("/manage/events/<slug>/questions/preview")
@access.requires(Permission.EDIT_EVENT)
def preview_questions(slug: str) -> str:
    """Show the choices, and the form in a frame."""
    event = get_event_whole(g.event.id)
    choices = _choices(event, request.args)
    address = url_for("registration.preview_questions", slug=slug)
    return render_desk(
        "registration/preview_questions.html",
        "preview",
        choices=choices,
        languages_of_event=[(language, own_name(language)) for language in event.languages],
        stages=[stage for stage in Stage if stage is not Stage.ORGANIZERS],
        has_version=find_newest_version(event.id) is not None,
        frame_url=url_for("registration.preview_form", slug=slug, **choices.parameters()),
        at=address,
    )


@blueprint.route("/manage/events/<slug>/questions/preview/form", methods=["GET", "POST"])
@access.requires(Permission.EDIT_EVENT)
@traffic.takes_files
def preview_form(slug: str) -> FlaskResponse:
    """Show the form alone, or what a participant would be told about the answers that were tried. Nothing is kept."""
    event = get_event_whole(g.event.id)
    values = dict(request.args)
    if request.method == "POST" and request.form.get("switch_language") in event.languages:
        values["language"] = request.form["switch_language"]
    choices = _choices(event, values)
    definition, left_out = _shown(event, choices)
    is_sent = request.method == "POST"
    is_tried = is_sent and not ({"switch_language", "change_category"} & request.form.keys())
    with speaking(choices.language):
        form = PreviewForm(event, choices, definition, is_sent=is_sent)
        errors = form.try_out() if is_tried else []
        unexpected = form.questions.unexpected(request.form, FRAME_FIELDS) if is_tried else []
        page = render_template(
            "registration/form_preview.html",
            form=form,
            errors=errors,
            notice=find_current_notice(event.id),
            form_action=url_for("registration.preview_form", slug=slug, **choices.parameters()),
            left_out=left_out,
            is_fine=is_tried and "step_to" not in request.form and not errors and not unexpected,
            choices=choices,
            **page_frame(occasion_of(event)),
        )
    response = make_response(page, 422 if errors else 200)
    # Framed by our own page above, and by nobody else's.
    response.headers["Content-Security-Policy"] = traffic.CONTENT_SECURITY_POLICY.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _choices(event: Event, values: Mapping[str, str]) -> Choices:
    if not event.categories:
        raise NotFound
    category = next((each for each in event.categories if each.key == values.get("category")), event.categories[0])
    language = values.get("language", current_language())
    stage = values.get("stage", "")
    return Choices(
        category,
        language if language in event.languages else event.languages[0],
        Stage.FOLLOW_UP if stage == Stage.FOLLOW_UP.value else Stage.REGISTRATION,
        _version(values.get("version", "")),
        WIDE if values.get("width") == WIDE else PHONE,
    )


def _version(value: str) -> str:
    is_number = value.isascii() and value.isdigit() and len(value) < 10
    return value if is_number or value == PUBLISHED else DRAFT


def _shown(event: Event, choices: Choices) -> tuple[Definition, int]:
    """Return the sections of the stage that is asked for, as the form takes them, and how many questions are too unfinished."""
    definition = read_draft(finished(_document(event, choices.version), event.languages))
    sections = [section for section in definition.sections if section.stage is choices.stage]
    here = {question.key for section in sections for question in section.questions}
    left_out = 0
    shown = []
    for section in sections:
        whole = [_without_the_rest(question, here) for question in section.questions if _is_whole(question)]
        left_out += len(section.questions) - len(whole)
        shown.append(replace(section, stage=Stage.REGISTRATION, questions=tuple(whole)))
    return replace(definition, sections=tuple(shown)), left_out


def _document(event: Event, version: str) -> Mapping[str, Any]:
    if version == DRAFT:
        return draft_document(event.id)
    if version == PUBLISHED:
        newest = find_newest_version(event.id)
        return newest.definition if newest is not None else {"sections": []}
    return get_numbered_version(event.id, int(version)).definition


def _is_whole(question: Question) -> bool:
    if question.kind not in kinds.NAMES or not question.label:
        return False
    try:
        kinds.get(question.kind).check(question)
    except DefinitionInvalid:
        return False
    return True


def _without_the_rest(question: Question, here: set[str]) -> Question:
    """A follow-up is shown whatever was answered on the form before it."""
    looked_at = set(question.condition.refers_to()) if question.condition is not None else set()
    return question if looked_at <= here | BESIDE_QUESTIONS else replace(question, condition=None)
