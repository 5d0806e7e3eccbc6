"""One's own registration, changed: answers, permissions, language, address, withdrawal."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventreg.i18n.languages import current_language, known_languages, switch_language
from eventreg.questionnaires.forms import QuestionnaireForm
from eventreg.questionnaires.kinds import Invalid
from eventreg.questionnaires.kinds.fields import KeptFile
from eventreg.questionnaires.rules.files import check_file, safe_name
from eventreg.registration.forms import FRAME_FIELDS, AddressForm
from eventreg.registration.queries.answers import load_answers
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.refusals import ChangeRefused
from eventreg.registration.services.addresses import request_address_change
from eventreg.registration.services.changes import change_answers, change_language, record_consent_changes, withdraw
from eventreg.registration.services.uploads import NewFile, list_of_registration
from eventreg.registration.views import blueprint
from eventreg.registration.views.own_page import OwnRegistration
from eventreg.registration.wording import change_refused
from eventreg.web.access import personal
from eventreg.web.limits import limited

Answer = str | Response | tuple[str, int]
_CHECK, _NOT_NOW = 422, 409


@blueprint.get("/my/<token>/answers")
@personal
def edit_answers(token: str) -> Answer:
    """Show one's answers as a form."""
    own = OwnRegistration.open(token)
    if not own.may_change:
        return redirect(url_for("registration.show_own", token=token))
    return _answers_page(own, token, _answers_form(own, with_sent=False))


@blueprint.post("/my/<token>/answers")
@personal
@limited("60 per 10 minutes")
def save_answers(token: str) -> Answer:
    """Keep changed answers, or show the form again with what is to be checked."""
    own = OwnRegistration.open(token)
    form = _answers_form(own, with_sent=True)
    files = _take_files(form)
    kept = {*list_of_registration(own.registration.id), *(file.question_key for file in files)}
    is_valid = form.validate(kept) and not form.unexpected(request.form, FRAME_FIELDS, request.files)
    if "switch_language" in request.form:
        switch_language(request.form["switch_language"])
        return _answers_page(own, token, _answers_form(own, with_sent=True))
    if not is_valid:
        return _answers_page(own, token, form), _CHECK
    try:
        changes = change_answers(own.event.id, own.registration.id, form.answers(), files)
    except ChangeRefused as refused:
        flash(change_refused(refused))
        return redirect(url_for("registration.show_own", token=token), 303)
    flash(_("Your changes are saved. We have sent you a message about them.") if changes else _("Nothing was changed."))
    return redirect(url_for("registration.show_own", token=token), 303)


@blueprint.post("/my/<token>/consents")
@personal
@limited("60 per 10 minutes")
def save_consents(token: str) -> Answer:
    """Record what the person agrees to from now on."""
    own = OwnRegistration.open(token)
    given = {question.key: question.key in request.form for question in own.consent_questions()}
    record_consent_changes(own.event.id, own.registration.id, given, current_language())
    flash(_("Your permissions are saved."))
    return redirect(url_for("registration.show_own", token=token), 303)


@blueprint.post("/my/<token>/language")
@personal
@limited("60 per 10 minutes")
def save_language(token: str) -> Answer:
    """Write the person's messages in another language from now on."""
    own = OwnRegistration.open(token)
    language = request.form.get("language", "")
    if language in known_languages():
        change_language(own.event.id, own.registration.id, language)
        switch_language(language)
        flash(_("From now on we write to you in this language."))
    return redirect(url_for("registration.show_own", token=token), 303)


@blueprint.route("/my/<token>/address", methods=["GET", "POST"])
@personal
@limited("10 per hour")
def change_address(token: str) -> Answer:
    """Ask for another mail address; its holder confirms it by mail."""
    own = OwnRegistration.open(token)
    form = AddressForm()
    if form.validate_on_submit():
        try:
            request_address_change(own.event.id, own.registration.id, form.address)
        except ChangeRefused as refused:
            form.email.errors = [change_refused(refused)]
        else:
            flash(_("We have sent a message to %(email)s. Confirm the address there.", email=form.address))
            return redirect(url_for("registration.show_own", token=token), 303)
    page = render_template("registration/address.html", token=token, form=form, **own.frame())
    return (page, _CHECK) if form.errors or form.email.errors else page


@blueprint.route("/my/<token>/withdraw", methods=["GET", "POST"])
@personal
@limited("30 per 10 minutes")
def withdraw_own(token: str) -> Answer:
    """Ask once more, then withdraw."""
    own = OwnRegistration.open(token)
    if request.method == "POST":
        try:
            withdraw(own.event.id, own.registration.id)
        except ChangeRefused as refused:
            flash(change_refused(refused))
        return redirect(url_for("registration.show_own", token=own_token(own.registration, "my")), 303)
    if not own.may_withdraw:
        return redirect(url_for("registration.show_own", token=token))
    return render_template("registration/withdraw.html", token=token, **own.frame())


def _answers_form(own: OwnRegistration, with_sent: bool) -> QuestionnaireForm:
    form = QuestionnaireForm(
        own.definition,
        own.registration.category.key,
        own.context(),
        current_language(),
        request.form if with_sent else None,
        load_answers(own.registration),
        leave_out=own.kept_apart(),
    )
    for key, upload in list_of_registration(own.registration.id).items():
        form.keep_file(key, KeptFile(upload.name, upload.size, upload.public_id))
    return form


def _take_files(form: QuestionnaireForm) -> list[NewFile]:
    files = []
    for question in form.files:
        storage = request.files.get(question.key)
        if storage is None or not storage.filename:
            continue
        content = storage.read()
        try:
            media_type = check_file(question, content)
        except Invalid as invalid:
            form.refuse(question.key, invalid)
            continue
        files.append(NewFile(question.key, safe_name(storage.filename, media_type), media_type, content))
    return files


def _answers_page(own: OwnRegistration, token: str, form: QuestionnaireForm) -> str:
    return render_template(
        "registration/answers.html", token=token, form=form, errors=form.errors_list(), **own.frame()
    )
