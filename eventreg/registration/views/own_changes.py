"""One's own registration, changed: permissions, language, address, withdrawal."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _

from eventreg.i18n.languages import current_language, known_languages, switch_language
from eventreg.registration.forms import NewAddressForm
from eventreg.registration.services.addresses import request_address_change
from eventreg.registration.services.changes import change_language, record_consent_changes, withdraw
from eventreg.registration.views import blueprint
from eventreg.registration.views.own_page import OwnRegistration
from eventreg.registration.views.sending import VisitorRefusals
from eventreg.web.access import Answer, personal
from eventreg.web.limits import limited
from eventreg.web.refusals import Refusals, refuse


@blueprint.post("/my/<token>/consents")
@personal
@limited("60 per 10 minutes")
def save_consents(token: str) -> Answer:
    """Record what the person agrees to from now on."""
    own = OwnRegistration.open(token)
    given = {question.key: question.key in request.form for question in own.consent_questions()}
    record_consent_changes(own.event.id, own.registration.id, given, current_language())
    return own.back(_("Your permissions are saved."))


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
        return own.back(_("From now on we write to you in this language."))
    return own.back()


@blueprint.route("/my/<token>/address", methods=["GET", "POST"])
@personal
@limited("10 per hour")
def change_address(token: str) -> Answer:
    """Ask for another mail address; its holder confirms it by mail."""
    own = OwnRegistration.open(token)
    form = NewAddressForm()
    if request.method != "POST":  # HEAD asks for the page too
        return _address_page(own, form)
    with VisitorRefusals(form) as outcome:
        form.check()
        request_address_change(own.event.id, own.registration.id, form.email.address)
        return own.back(_("We have sent a message to %(email)s. Confirm the address there.", email=form.email.address))
    if outcome.problem:
        refuse(form.email, outcome.problem)
    return _address_page(own, form), 422


@blueprint.route("/my/<token>/withdraw", methods=["GET", "POST"])
@personal
@limited("30 per 10 minutes")
def withdraw_own(token: str) -> Answer:
    """Ask once more, then withdraw."""
    own = OwnRegistration.open(token)
    if request.method == "POST":
        with Refusals() as outcome:
            withdraw(own.event.id, own.registration.id)
        return own.back(outcome.problem)
    if not own.may_withdraw:
        return own.back(code=302)
    return render_template("registration/withdraw.html", **own.frame())


def _address_page(own: OwnRegistration, form: NewAddressForm) -> str:
    return render_template("registration/address.html", form=form, **own.frame())
