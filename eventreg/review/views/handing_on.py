"""The team gives a registration to another person."""

from __future__ import annotations

from flask import flash, g, request
from flask_babel import gettext as _
from markupsafe import Markup

from eventreg.events.rules.team import Permission
from eventreg.kernel.errors import NotFound
from eventreg.registration.models import Registration
from eventreg.registration.rules.refusals import AddressTaken, ChangeReason, ChangeRefused
from eventreg.review.forms.team_acts import HandOnForm
from eventreg.review.queries.scoping import get_in_scope
from eventreg.review.rules.listing import ListState
from eventreg.review.services.on_behalf import hand_on_in_scope
from eventreg.review.views import blueprint
from eventreg.review.views.acting import act_of, act_page, back_to, newest_entry, the_registration
from eventreg.review.views.desk import registration_url
from eventreg.review.wording.acts import act_refused
from eventreg.web.access import Answer, requires

_ADDRESS = "/manage/events/<slug>/registrations/<reference>/hand-on"


@blueprint.get(_ADDRESS)
@requires(Permission.ADD_PEOPLE)
def ask_to_hand_on(slug: str, reference: str) -> Answer:
    """Ask who takes the place."""
    registration = the_registration(reference)
    return _page(registration, _form(registration, is_sent=False))


@blueprint.post(_ADDRESS)
@requires(Permission.ADD_PEOPLE)
def hand_person_on(slug: str, reference: str) -> Answer:
    """Give the registration to the person who was named."""
    registration = the_registration(reference)
    form = _form(registration, is_sent=True)
    person = form.read_person()
    if person is None:
        return _page(registration, form), 422
    try:
        hand_on_in_scope(g.event.id, reference, person, act_of(form), g.event_access.scope)
    except AddressTaken as taken:
        form.email.errors = [taken_words(taken.reference)]
        return _page(registration, form), 409
    except ChangeRefused as refused:
        if refused.reason is ChangeReason.SAME_ADDRESS:
            form.email.errors = [act_refused(refused)]
            return _page(registration, form), 409
        return _page(registration, form, refused), 409
    flash(_("Handed on. The new person is asked by email to complete the registration."))
    return back_to(registration)


def taken_words(reference: str) -> str:
    """Say that an address is registered, with the way to that registration for whoever may see it."""
    event = g.event
    try:
        there = get_in_scope(event.id, reference, g.event_access.scope)
    except NotFound:
        return _("There is already a registration with this address.")
    address = registration_url(event.slug, reference, ListState())
    link = Markup('<a class="govuk-link" href="{}">{}, {}</a>').format(address, there.full_name, reference)
    return Markup("{} {}").format(_("There is already a registration with this address:"), link)


def _form(registration: Registration, *, is_sent: bool) -> HandOnForm:
    sent = request.form if is_sent else None
    return HandOnForm(sent, registration, newest_entry(registration), language=registration.language)


def _page(registration: Registration, form: HandOnForm, refused: ChangeRefused | None = None) -> str:
    return act_page("review/hand_on.html", registration, form, refused, errors=form.errors_list())
