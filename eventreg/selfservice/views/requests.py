"""What one is asked to answer beside the form: the box on one's own page, and the form of just these questions."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import render_template, request
from flask_babel import gettext as _

from eventreg.i18n import formats
from eventreg.i18n.languages import current_language
from eventreg.kernel.tokens import new_submission_key, submission_key_or_new
from eventreg.questionnaires.queries import get_version
from eventreg.questionnaires.rules.schema import Definition, Stage
from eventreg.registration.models import AnswerRequest
from eventreg.registration.queries.answers import current_consents, load_answers
from eventreg.registration.queries.registrations import Asking, find_asking, get_request, list_requests, standing_keys
from eventreg.registration.rules.asked import RequestState, closes_at, concerns, state_of
from eventreg.registration.services.answers import list_of_registration
from eventreg.registration.views.filled_form import FilledForm, follow_language
from eventreg.selfservice.services import answer_request
from eventreg.selfservice.views import blueprint
from eventreg.selfservice.views.page import OwnRegistration, is_over
from eventreg.web import limits, traffic
from eventreg.web.access import Answer, personal
from eventreg.web.forms import checks_token_itself
from eventreg.web.refusals import REFUSAL


@dataclass(frozen=True)
class RequestShown:
    """A request as its person reads it."""

    id: int
    title: str
    reason: str
    until: str
    state: RequestState

    @property
    def can_be_answered(self) -> bool:
        """Whether the form can be sent now: open, or answered and in time."""
        return self.state in (RequestState.OPEN, RequestState.ANSWERED)


def requests_shown(own: OwnRegistration) -> list[RequestShown]:
    """Return the requests that concern the person now, those to be answered first."""
    found = [
        _shown(own, each)
        for each in list_requests(own.registration.id)
        if each.taken_back_at is None and concerns(each.kind, own.status) and not own.event.is_called_off
    ]
    return sorted(found, key=lambda each: each.state is not RequestState.OPEN)


@blueprint.get("/my/<token>/requests/<int(max=2147483647):request_id>")
@personal
def show_request(token: str, request_id: int) -> Answer:
    """Show the questions of one request as a form, or say why they cannot be answered any more."""
    own, asking = _open(token, request_id)
    if not _is_open(own, asking.request):
        return _closed_page(own, asking.request)
    return _page(own, asking, _form(own, asking, new_submission_key(), is_sent=False))


@blueprint.post("/my/<token>/requests/<int(max=2147483647):request_id>")
@personal
@checks_token_itself
@limits.limited("60 per 10 minutes")
@traffic.takes_files
def save_request(token: str, request_id: int) -> Answer:
    """Keep the answers to a request, or show the form again with what is to be checked."""
    own, asking = _open(token, request_id)
    follow_language()
    if not _is_open(own, asking.request):
        return _closed_page(own, asking.request), 409
    form = _form(own, asking, submission_key_or_new(request.form.get("submission_key")), is_sent=True)
    form.take_files()
    with form.refusals() as outcome:
        form.check()
        files = form.changed_files()
        answer_request(own.event.id, own.registration.id, asking.request.id, form.answers(), files, current_language())
        return own.back(_("Thank you, we have your answers."))
    if is_over(outcome):
        return own.back(outcome.problem, tone=REFUSAL)
    return _page(own, asking, form, outcome.problem), outcome.status_code


def _open(token: str, request_id: int) -> tuple[OwnRegistration, Asking]:
    own = OwnRegistration.open(token)
    return own, find_asking(own.registration, get_request(own.registration.id, request_id))


def _closes(own: OwnRegistration, row: AnswerRequest) -> datetime:
    return closes_at(row.answer_by, own.event.changes_until, own.event.time_zone)


def _is_open(own: OwnRegistration, row: AnswerRequest) -> bool:
    is_asked = row.taken_back_at is None and concerns(row.kind, own.status) and not own.event.is_called_off
    return is_asked and own.now < _closes(own, row)


def _shown(own: OwnRegistration, row: AnswerRequest) -> RequestShown:
    language = current_language()
    section = find_asking(own.registration, row).section()
    until = formats.day(row.answer_by, language) if row.answer_by else own.occasion.changes_until(language)
    state = state_of(own.now, _closes(own, row), row.answered_at, row.taken_back_at)
    if state is RequestState.ANSWERED and own.now >= _closes(own, row):
        # Nothing can be changed any more: the answers stand among the others.
        state = RequestState.TAKEN_BACK
    of_section = own.occasion.text(section.title, language) if section is not None else ""
    title = _(row.kind.title) if row.kind.title else of_section
    return RequestShown(row.id, title, row.reason, until, state)


def _form(own: OwnRegistration, asking: Asking, submission_key: str, *, is_sent: bool) -> FilledForm:
    registration = own.registration
    definition = _all_on_one_form(asking.definition)
    asked = {question.key for question in asking.questions(registration.category.key)}
    given = current_consents(registration.id)
    answers = load_answers(registration, asking.before.definition)
    answers |= {key: ["yes"] for key, is_given in given.items() if is_given}
    return FilledForm(
        own.event,
        registration.category,
        get_version(asking.request.questionnaire_id),
        submission_key,
        is_sent=is_sent,
        came_by=registration.came_by,
        definition=definition,
        answers=answers,
        standing=list_of_registration(registration.id),
        leave_out={question.key for question in definition.questions()} - asked,
        frozen=standing_keys(own.event, asking, own.now),
    )


def _all_on_one_form(definition: Definition) -> Definition:
    """Return the sections that a participant is asked, as if all were of one form."""
    sections = [
        replace(section, stage=Stage.REGISTRATION)
        for section in definition.sections
        if section.stage is not Stage.ORGANIZERS
    ]
    return replace(definition, sections=tuple(sections), is_stepwise=False)


def _page(own: OwnRegistration, asking: Asking, form: FilledForm, message: str = "") -> str:
    shown = _shown(own, asking.request)
    return render_template(
        "selfservice/request.html", form=form, errors=form.faults(message), asked=shown, **own.frame()
    )


def _closed_page(own: OwnRegistration, row: AnswerRequest) -> str:
    is_late = row.taken_back_at is None and concerns(row.kind, own.status) and not own.event.is_called_off
    return render_template("selfservice/request_closed.html", asked=_shown(own, row), is_late=is_late, **own.frame())
