"""The question to whoever sends a form that was sent before with another address: somebody else, or a correction?"""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventreg.events.models import Event
from eventreg.registration.emails import Occasion
from eventreg.registration.forms import FRAME_FIELDS, new_submission_key, submission_key_or_new
from eventreg.registration.models import Registration
from eventreg.registration.queries.registrations import own_token
from eventreg.registration.rules.searching import email_key
from eventreg.registration.services.addresses import request_address_change
from eventreg.registration.services.used_forms import find_first
from eventreg.registration.views.filled_form import FilledForm
from eventreg.registration.views.framing import page_frame
from eventreg.web.refusals import Refusals

#: the key that was used; a hyphen stands in no question's key
EARLIER = "form-earlier"
CORRECTS = "form-corrects"
#: the same key, in a form to which somebody went back without an answer
UNANSWERED = "form-unanswered"
#: of the frame around the questions, what the form that goes on brings along as it came
_CARRIED = ("category", "notice", "way_in", "step")
_ASKED = 409
_NOT_STORED = {"Cache-Control": "no-store"}


def ask_whose(occasion: Occasion, form: FilledForm, earlier: str = "") -> tuple[str, int, dict[str, str]]:
    """Ask, with everything typed and uploaded kept under a key that was not used.

    To send the page is to register one more person: pressed twice it is one. It is the same page whatever became of the form
    before, `earlier`, so that it tells nothing of the address that was sent with it.
    """
    if not earlier:
        earlier = form.submission_key
        form.go_on_under(new_submission_key())
    form.kept()
    carried = [
        (name, value)
        for name, values in request.form.lists()
        if name in _CARRIED or name not in FRAME_FIELDS
        for value in values
    ]
    page = render_template(
        "registration/sent_before.html",
        email=form.typed_address(),
        carried=[*carried, ("submission_key", form.submission_key), (EARLIER, earlier)],
        corrects=CORRECTS,
        **page_frame(occasion),
    )
    return page, _ASKED, _NOT_STORED


def unanswered_key() -> str:
    """Return the key with which the form that is shown was sent before, where nobody has answered whose this one is."""
    return request.form.get(EARLIER, "") or request.form.get(UNANSWERED, "")


def asked_in_vain(event: Event, form: FilledForm) -> str:
    """Return that key where the form is sent now with another address than the first one, so that it is asked again."""
    earlier = request.form.get(UNANSWERED, "")
    first = find_first(event, submission_key_or_new(earlier)) if earlier else None
    return earlier if first is not None and first.email_key != email_key(form.typed_address()) else ""


def first_to_correct(event: Event) -> Registration | None:
    """Return whose address the sender wants corrected; None where there is nobody: then the form is one more registration.

    That nothing was made of the first form is told by nothing but by what becomes of this one.
    """
    if CORRECTS not in request.form:
        return None
    return find_first(event, submission_key_or_new(request.form.get(EARLIER)))


def correct_address(event: Event, first: Registration, email: str) -> Response:
    """Ask for the change as its holder does: the new address confirms it, the old one is told. Shows one's own page."""
    with Refusals() as outcome:
        request_address_change(event.id, first.id, email)
        flash(_("We have sent a message to %(email)s. Confirm the address there.", email=email))
    if outcome.problem:
        flash(outcome.problem)
    return redirect(url_for("registration.show_own", token=own_token(first, "my")), 303)
