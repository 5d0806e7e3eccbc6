"""One's own registration, changed: permissions, language, address, withdrawal."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from eventreg.accounts.rules.refusals import TooManyTries
from eventreg.accounts.wording import too_many_tries
from eventreg.i18n.languages import current_language, known_languages, switch_language
from eventreg.registration.forms import NewAddressForm
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.refusals import ChangeRefused
from eventreg.registration.services.addresses import request_address_change
from eventreg.registration.services.changes import change_language, record_consent_changes, withdraw
from eventreg.registration.views import blueprint
from eventreg.registration.views.own_page import OwnRegistration
from eventreg.web.access import Answer, personal
from eventreg.web.limits import limited
from eventreg.web.refusals import said

_CHECK = 422


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
    form = NewAddressForm()
    if form.validate_on_submit():
        try:
            request_address_change(own.event.id, own.registration.id, form.address)
        except ChangeRefused as refused:
            form.email.errors = [said(refused)]
        except TooManyTries as refused:
            form.email.errors = [too_many_tries(refused.until, own.event.time_zone)]
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
            flash(said(refused))
        return redirect(url_for("registration.show_own", token=own_token(own.registration, "my")), 303)
    if not own.may_withdraw:
        return redirect(url_for("registration.show_own", token=token))
    return render_template("registration/withdraw.html", token=token, **own.frame())
