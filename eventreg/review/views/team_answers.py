"""What organizers fill in about one person. Sensitive answers are on the form by POST alone, each look recorded."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, g, request
from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.events.organizers import organizer
from eventreg.events.queries.for_registration import get_event_whole
from eventreg.events.rules.team import Permission
from eventreg.events.views.desk import render_desk
from eventreg.questionnaires import kinds
from eventreg.questionnaires.queries import definition_of, get_current_version
from eventreg.questionnaires.rules.schema import Question, Stage
from eventreg.registration.forms import new_submission_key, submission_key_or_new
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.queries.asked import find_asked
from eventreg.registration.services.answer_changes import ChangedFiles
from eventreg.registration.services.team_answers import change_team_answers, team_questions
from eventreg.registration.services.uploads import list_of_registration
from eventreg.registration.views.filled_form import FilledForm
from eventreg.review.services.looking import look_at_questions
from eventreg.review.views import blueprint
from eventreg.review.views.acting import check_may
from eventreg.review.views.list_state import back_to, the_registration, url_of
from eventreg.web.access import Answer, may, requires
from eventreg.web.bodies import takes_files
from eventreg.web.refusals import Refusals


@blueprint.get("/manage/events/<slug>/registrations/<reference>/for-team")
@requires(Permission.DECIDE)
def edit_team_answers(slug: str, reference: str) -> Answer:
    """Show what organizers fill in as a form, without what is sensitive."""
    registration, questions = _open(reference, with_sensitive=False)
    return _page(registration, _form(registration, questions, is_sent=False), with_sensitive=False)


@blueprint.post("/manage/events/<slug>/registrations/<reference>/for-team")
@requires(Permission.DECIDE)
@takes_files
def save_team_answers(slug: str, reference: str) -> Answer:
    """Keep what was filled in; or show the form with its sensitive answers, which records the look."""
    event: Event = g.event
    wants_sensitive = bool(request.form.get("with_sensitive"))
    if wants_sensitive:
        check_may(Permission.SEE_SENSITIVE)
    registration, questions = _open(reference, with_sensitive=wants_sensitive)
    if request.form.get("action") == "show":
        look_at_questions(registration, [question.key for question in questions if question.is_sensitive], organizer())
        return _page(registration, _form(registration, questions, is_sent=False), with_sensitive=True)
    form = _form(registration, questions, is_sent=True)
    form.take_files()
    if not form.is_valid() or form.misses_files():
        return _page(registration, form, with_sensitive=wants_sensitive), 422
    files = ChangedFiles(form.submission_key, form.new_files, form.removed)
    keys = [question.key for question in questions]
    with Refusals() as outcome:
        change_team_answers(event.id, reference, form.answers(), keys, files, organizer())
        flash(_("Saved for the team."))
        return back_to(reference)
    return _page(registration, form, outcome.problem, with_sensitive=wants_sensitive), outcome.status_code


def _open(reference: str, *, with_sensitive: bool) -> tuple[Registration, list[Question]]:
    event: Event = g.event
    registration = the_registration(reference)
    questions = team_questions(event.id, registration.category.key)
    # A file is as good as sensitive: it is shown by its name, which tells of people.
    shown = [q for q in questions if with_sensitive or not (q.is_sensitive or kinds.get(q.kind).is_file)]
    return registration, shown


def _form(registration: Registration, questions: list[Question], *, is_sent: bool) -> FilledForm:
    event = get_event_whole(registration.event_id)
    version = get_current_version(event.id)
    asked = {question.key for question in questions}
    sections = tuple(replace(section, stage=Stage.REGISTRATION) for section in definition_of(version).sections)
    definition = replace(definition_of(version), sections=sections)
    return FilledForm(
        event,
        registration.category,
        version,
        submission_key_or_new(request.form.get("submission_key")) if is_sent else new_submission_key(),
        is_sent=is_sent,
        definition=definition,
        answers=load_answers(registration, find_asked(registration, for_team=True).definition),
        standing={key: file for key, file in list_of_registration(registration.id).items() if key in asked},
        leave_out={question.key for question in definition.questions()} - asked,
    )


def _page(registration: Registration, form: FilledForm, message: str = "", *, with_sensitive: bool) -> str:
    event: Event = g.event
    faults = form.kept().errors()
    if message:
        faults.append(("send", message))
    everything = team_questions(event.id, registration.category.key)
    hides = any(question.is_sensitive or kinds.get(question.kind).is_file for question in everything)
    return render_desk(
        "review/team_answers.html",
        "registrations",
        registration=registration,
        answers=form,
        faults=faults,
        with_sensitive=with_sensitive,
        offers_sensitive=hides and not with_sensitive and may(Permission.SEE_SENSITIVE),
        back_url=url_of(registration.reference),
    )
