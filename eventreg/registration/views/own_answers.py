"""Changing one's own answers: the form as it stands, kept over every try, then what changed."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from eventreg.i18n.languages import switch_language
from eventreg.kernel.errors import Busy
from eventreg.questionnaires.queries import get_version
from eventreg.registration.forms import new_submission_key, submission_key_or_new
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.rules.refusals import ChangeReason, ChangeRefused, OptionsFull, RegistrationRefused
from eventreg.registration.services.answer_changes import ChangedFiles, change_answers
from eventreg.registration.services.uploads import list_of_registration
from eventreg.registration.views import blueprint
from eventreg.registration.views.filled_form import FilledForm, has_token
from eventreg.registration.views.own_page import OwnRegistration
from eventreg.registration.wording import registering_refused
from eventreg.web.access import Answer, personal
from eventreg.web.bodies import takes_files
from eventreg.web.forms import checks_token_itself
from eventreg.web.limits import limited
from eventreg.web.refusals import said

_CHECK, _SEND_AGAIN, _TRY_AGAIN, _NOT_NOW = 422, 400, 503, 409


@blueprint.get("/my/<token>/answers")
@personal
def edit_answers(token: str) -> Answer:
    """Show one's answers as a form."""
    own = OwnRegistration.open(token)
    if not own.may_change:
        return redirect(url_for("registration.show_own", token=token))
    return _page(own, token, _form(own, new_submission_key(), is_sent=False))


@blueprint.post("/my/<token>/answers")
@personal
@checks_token_itself
@limited("60 per 10 minutes")
@takes_files
def save_answers(token: str) -> Answer:
    """Keep changed answers, or show the form again with what is to be checked."""
    own = OwnRegistration.open(token)
    if "switch_language" in request.form:
        switch_language(request.form["switch_language"])
    form = _form(own, submission_key_or_new(request.form.get("submission_key")), is_sent=True)
    form.take_files()
    if "switch_language" in request.form:
        return _page(own, token, form)
    if not has_token():
        message = _("Send the form once more. It was open for a long time; nothing you wrote is lost.")
        return _page(own, token, form, message), _SEND_AGAIN
    if not form.is_valid() or form.misses_files():
        return _page(own, token, form), _CHECK
    return _save(own, token, form)


def _save(own: OwnRegistration, token: str, form: FilledForm) -> Answer:
    files = ChangedFiles(form.submission_key, form.new_files, form.removed)
    try:
        changes = change_answers(own.event.id, own.registration.id, form.answers(), files)
    except ChangeRefused as refused:
        if refused.reason is ChangeReason.BEING_DECIDED:
            return _page(own, token, form, said(refused)), _NOT_NOW
        flash(said(refused))
        return redirect(url_for("registration.show_own", token=token), 303)
    except RegistrationRefused as refused:
        return _page(own, token, form, registering_refused(refused, own.event.time_zone)), _TRY_AGAIN
    except OptionsFull as full:
        form.refuse_full(full.options)
        return _page(own, token, form), _NOT_NOW
    except Busy:
        message = _("Many people are sending at this moment. Nothing is lost: send the form once more.")
        return _page(own, token, form, message), _TRY_AGAIN
    flash(_("Your changes are saved. We have sent you a message about them.") if changes else _("Nothing was changed."))
    return redirect(url_for("registration.show_own", token=token), 303)


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


def _page(own: OwnRegistration, token: str, form: FilledForm, message: str = "") -> str:
    errors = form.kept().errors()
    if message:
        errors.append(("send", message))
    return render_template("registration/answers.html", token=token, form=form, errors=errors, **own.frame())
