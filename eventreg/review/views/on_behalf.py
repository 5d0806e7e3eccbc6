"""The team withdraws for somebody, sets the language of the mails, sends the link or the present status again."""

from __future__ import annotations

from flask import abort, flash, g, request
from flask_babel import gettext as _
from flask_login import current_user

from eventreg.events.rules.team import Permission
from eventreg.i18n.languages import known_languages
from eventreg.kernel.errors import Busy
from eventreg.registration.models import Registration
from eventreg.registration.rules.refusals import ChangeRefused
from eventreg.review.forms.team_acts import WordedForm
from eventreg.review.services.on_behalf import send_again_in_scope, set_language_in_scope, withdraw_in_scope
from eventreg.review.views import blueprint
from eventreg.review.views.acting import act_of, act_page, back_to, newest_entry, the_registration
from eventreg.review.views.dossier_page import dossier_page
from eventreg.review.wording.acts import act_refused
from eventreg.web.access import Answer, requires

_ONE = "/manage/events/<slug>/registrations/<reference>"


@blueprint.get(f"{_ONE}/withdraw")
@requires(Permission.DECIDE)
def ask_to_withdraw(slug: str, reference: str) -> Answer:
    """Ask once more before somebody is withdrawn."""
    registration = the_registration(reference)
    return _withdraw_page(registration, WordedForm(None, registration, newest_entry(registration)))


@blueprint.post(f"{_ONE}/withdraw")
@requires(Permission.DECIDE)
def withdraw_person(slug: str, reference: str) -> Answer:
    """Withdraw for the person."""
    registration = the_registration(reference)
    form = WordedForm(request.form, registration, newest_entry(registration))
    words = form.read_words()
    if words is None:
        return _withdraw_page(registration, form), 422
    try:
        withdraw_in_scope(g.event.id, reference, words, act_of(form), g.event_access.scope)
    except ChangeRefused as refused:
        return _withdraw_page(registration, form, refused), 409
    flash(_("Withdrawn. The place goes to the waiting list."))
    return back_to(registration)


@blueprint.post(f"{_ONE}/language")
@requires(Permission.DECIDE)
def choose_language(slug: str, reference: str) -> Answer:
    """Have the person's mails written in another language from now on."""
    registration, language = the_registration(reference), request.form.get("language", "")
    if language not in known_languages():
        abort(400)
    set_language_in_scope(g.event.id, reference, language, current_user.id, g.event_access.scope)
    flash(_("Saved. From now on the emails are written in this language."))
    return back_to(registration, "messages")


@blueprint.post(f"{_ONE}/send-again")
@requires(Permission.SEND_MESSAGES)
def send_again_to(slug: str, reference: str) -> Answer:
    """Send the personal link, or the message of the present status again."""
    registration, only_link = the_registration(reference), request.form.get("do") == "link"
    try:
        send_again_in_scope(g.event.id, reference, current_user.id, g.event_access.scope, only_link=only_link)
    except ChangeRefused as refused:
        return dossier_page(reference, problem=act_refused(refused)), 409
    except Busy:
        return dossier_page(reference, problem=_("The desk is busy. Nothing is lost: send it once more.")), 503
    flash(_("The personal link is on its way.") if only_link else _("The email is on its way."))
    return back_to(registration, "messages")


def _withdraw_page(registration: Registration, form: WordedForm, refused: ChangeRefused | None = None) -> str:
    return act_page("review/withdraw.html", registration, form, refused, errors=form.errors_list())
