"""Links that mails carry: asking for one's own, verifying an address, confirming a new one. A GET changes nothing."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from eventreg.accounts.rules.refusals import TooManyTries
from eventreg.accounts.wording import too_many_tries
from eventreg.db import db
from eventreg.events.queries.for_registration import get_event_whole, get_published_event, list_credited
from eventreg.kernel import clock
from eventreg.registration.emails import CONFIRM_ADDRESS, VERIFY, Occasion
from eventreg.registration.forms import AddressForm
from eventreg.registration.models import Registration
from eventreg.registration.queries.registrations import get_address_change, get_by_token, own_token
from eventreg.registration.rules.refusals import ChangeRefused
from eventreg.registration.services import links
from eventreg.registration.services.addresses import confirm_address_change
from eventreg.registration.services.changes import verify_address
from eventreg.registration.views import blueprint
from eventreg.registration.views.framing import page_frame
from eventreg.web.access import Answer, personal, public
from eventreg.web.limits import limited
from eventreg.web.refusals import said


@blueprint.route("/events/<slug>/my-link", methods=["GET", "POST"])
@public
@limited("30 per hour")
def request_link(slug: str) -> Answer:
    """Send people their own link. The answer is the same whether or not the address is known."""
    event = get_published_event(slug)
    occasion = Occasion(event, event.days, list_credited(event.id))
    form = AddressForm()
    if form.validate_on_submit():
        try:
            links.request_link(event.id, form.address, request.remote_addr)
        except TooManyTries as refused:
            form.email.errors = [too_many_tries(refused.until, event.time_zone)]
            return render_template("registration/ask_for_link.html", form=form, **page_frame(occasion)), 429
        return redirect(url_for("registration.link_on_its_way", slug=slug), 303)
    page = render_template("registration/ask_for_link.html", form=form, **page_frame(occasion))
    return (page, 422) if form.errors else page


@blueprint.get("/events/<slug>/my-link/sent")
@public
def link_on_its_way(slug: str) -> str:
    """Say that a message is on its way if the address has a registration."""
    event = get_published_event(slug)
    occasion = Occasion(event, event.days, list_credited(event.id))
    return render_template("registration/link_on_its_way.html", **page_frame(occasion))


@blueprint.route("/my/verify/<token>", methods=["GET", "POST"])
@personal
@limited("60 per 10 minutes")
def verify(token: str) -> Answer:
    """Show a button; pressed, the registration counts."""
    registration = get_by_token(token, VERIFY)
    if request.method != "POST":  # HEAD asks for the page too
        return _confirming_page(registration, "registration/verify.html", token)
    try:
        registration = verify_address(registration.event_id, registration.id)
    except ChangeRefused as refused:
        return _confirming_page(registration, "registration/verify.html", token, said(refused)), 409
    return redirect(url_for("registration.show_receipt", token=own_token(registration, "my")), 303)


@blueprint.route("/my/address/<token>", methods=["GET", "POST"])
@personal
@limited("60 per 10 minutes")
def confirm_address(token: str) -> Answer:
    """Show a button; pressed, the new address is the person's and the old link is dead."""
    change = get_address_change(token, CONFIRM_ADDRESS)
    registration = db.session.get(Registration, change.registration_id)
    if registration is None:
        abort(404)
    if request.method != "POST":  # HEAD asks for the page too
        return _confirming_page(registration, "registration/confirm_address.html", token)
    try:
        registration = confirm_address_change(token)
    except ChangeRefused as refused:
        return _confirming_page(registration, "registration/confirm_address.html", token, said(refused)), 409
    flash(_("Your new email address is confirmed. Your earlier personal link no longer works."))
    return redirect(url_for("registration.show_own", token=own_token(registration, "my")), 303)


def _confirming_page(registration: Registration, template: str, token: str, refusal: str = "") -> str:
    event = get_event_whole(registration.event_id)
    occasion = Occasion(event, event.days, list_credited(event.id))
    return render_template(template, token=token, refusal=refusal, now=clock.now(), **page_frame(occasion))
