"""Changing one's own answers: the form as it stands, kept over every try, then what changed."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _

from eventreg.questionnaires.queries import get_version
from eventreg.registration.forms import new_submission_key, submission_key_or_new
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.services.answer_changes import ChangedFiles, change_answers
from eventreg.registration.services.uploads import list_of_registration
from eventreg.registration.views import blueprint
from eventreg.registration.views.filled_form import FilledForm
from eventreg.registration.views.own_page import OwnRegistration, is_over
from eventreg.registration.views.sending import follow_language
from eventreg.web.access import Answer, personal
from eventreg.web.bodies import takes_files
from eventreg.web.forms import checks_token_itself
from eventreg.web.limits import limited


@blueprint.get("/my/<token>/answers")
@personal
def edit_answers(token: str) -> Answer:
    """Show one's answers as a form."""
    own = OwnRegistration.open(token)
    if not own.may_change:
        return own.back(code=302)
    return _page(own, _form(own, new_submission_key(), is_sent=False))


@blueprint.post("/my/<token>/answers")
@personal
@checks_token_itself
@limited("60 per 10 minutes")
@takes_files
def save_answers(token: str) -> Answer:
    """Keep changed answers, or show the form again with what is to be checked."""
    own = OwnRegistration.open(token)
    follow_language()
    form = _form(own, submission_key_or_new(request.form.get("submission_key")), is_sent=True)
    form.take_files()
    with form.refusals() as outcome:
        form.check()
        files = ChangedFiles(form.submission_key, form.new_files, form.removed)
        if change_answers(own.event.id, own.registration.id, form.answers(), files):
            return own.back(_("Your changes are saved. We have sent you a message about them."))
        return own.back(_("Nothing was changed."))
    if is_over(outcome):
        return own.back(outcome.problem)
    return _page(own, form, outcome.problem), outcome.status_code


def _form(own: OwnRegistration, submission_key: str, *, is_sent: bool) -> FilledForm:
    registration = own.registration
    return FilledForm(
        own.event,
        registration.category,
        get_version(registration.questionnaire_id),
        submission_key,
        is_sent=is_sent,
        definition=own.asked.definition,
        answers={**own.given_consents(), **load_answers(registration, own.asked.definition)},
        standing=list_of_registration(registration.id),
        leave_out=own.kept_apart(),
        frozen=own.frozen_keys(),
    )


def _page(own: OwnRegistration, form: FilledForm, message: str = "") -> str:
    errors = form.kept().errors()
    if message:
        errors.append(("send", message))
    return render_template("registration/answers.html", form=form, errors=errors, **own.frame())
