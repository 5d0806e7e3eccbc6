"""Links that mails carry: asking for one's own, verifying an address, confirming a new one. A GET changes nothing."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from eventreg.db import db, found
from eventreg.events.queries.events import get_event_whole
from eventreg.kernel import clock
from eventreg.registration.emails import CONFIRM_ADDRESS, VERIFY, Occasion, addresses
from eventreg.registration.forms import AddressForm
from eventreg.registration.models import Registration
from eventreg.registration.queries.registrations import get_address_change, get_by_token, own_token
from eventreg.registration.services import links
from eventreg.registration.services.links import confirm_address_change
from eventreg.registration.views.form_pages import occasion_of, page_frame, public_occasion
from eventreg.selfservice.services import choose_mail, verify_address
from eventreg.selfservice.views import blueprint
from eventreg.web.access import Answer, personal, public
from eventreg.web.forms import BaseForm, checks_token_itself
from eventreg.web.limits import limited
from eventreg.web.refusals import Refusals, refuse


@blueprint.route("/events/<slug>/my-link", methods=["GET", "POST"])
@public
@limited("30 per hour")
def request_link(slug: str) -> Answer:
    """Send people their own link. The answer is the same whether or not the address is known."""
    occasion = public_occasion(slug)
    form = AddressForm()
    if request.method != "POST":  # HEAD asks for the page too
        return _link_page(occasion, form)
    with form.refusals() as outcome:
        form.check()
        links.request_link(occasion.event.id, form.email.address, request.remote_addr)
        return redirect(url_for("selfservice.link_on_its_way", slug=slug), 303)
    if outcome.problem:
        refuse(form.email, outcome.problem)
    return _link_page(occasion, form), outcome.status_code


@blueprint.get("/events/<slug>/my-link/sent")
@public
def link_on_its_way(slug: str) -> str:
    """Say that a message is on its way if the address has a registration."""
    return render_template("selfservice/link_on_its_way.html", **page_frame(public_occasion(slug)))


@blueprint.route("/my/verify/<token>", methods=["GET", "POST"])
@personal
@limited("60 per 10 minutes")
def verify(token: str) -> Answer:
    """Show a button; pressed, the registration counts."""
    registration = get_by_token(token, VERIFY)
    if request.method != "POST":  # HEAD asks for the page too
        return _confirming_page(registration, "selfservice/verify.html", token)
    with Refusals() as outcome:
        registration = verify_address(registration.event_id, registration.id)
        return redirect(url_for("selfservice.show_receipt", token=own_token(registration, "my")), 303)
    return _confirming_page(registration, "selfservice/verify.html", token, outcome.problem), outcome.status_code


@blueprint.route("/my/address/<token>", methods=["GET", "POST"])
@personal
@limited("60 per 10 minutes")
def confirm_address(token: str) -> Answer:
    """Show a button; pressed, the new address is the person's and the old link is dead."""
    change = get_address_change(token, CONFIRM_ADDRESS)
    registration = found(db.session.get(Registration, change.registration_id))
    if request.method != "POST":  # HEAD asks for the page too
        return _confirming_page(registration, "selfservice/confirm_address.html", token)
    with Refusals() as outcome:
        registration = confirm_address_change(token)
        flash(_("Your new email address is confirmed. Your earlier personal link no longer works."))
        return redirect(url_for("selfservice.show_own", token=own_token(registration, "my")), 303)
    page = _confirming_page(registration, "selfservice/confirm_address.html", token, outcome.problem)
    return page, outcome.status_code


@blueprint.route("/my/messages/<token>", methods=["GET", "POST"])
@personal
@checks_token_itself
@limited("60 per 10 minutes")
def choose_messages(token: str) -> Answer:
    """Show which messages come, with the choice; keep it. The button of a mail program refuses at once (RFC 8058).

    It brings no token against forgery: whoever forges would have to know the address, which is this person's alone.
    """
    registration = get_by_token(token, addresses.CHOICES)
    if request.method != "POST":  # HEAD asks for the page too
        return _confirming_page(registration, "selfservice/messages.html", token)
    is_one_click = request.form.get("List-Unsubscribe") == "One-Click"
    if not is_one_click and not BaseForm().validate():
        abort(400)
    wants_all = request.form.get("wanted") == "all" and not is_one_click
    choose_mail(registration.event_id, registration.id, wants_all=wants_all)
    flash(_("Your choice is saved."))
    return redirect(url_for("selfservice.choose_messages", token=token), 303)


def _link_page(occasion: Occasion, form: AddressForm) -> str:
    return render_template("selfservice/ask_for_link.html", form=form, **page_frame(occasion))


def _confirming_page(registration: Registration, template: str, token: str, refusal: str = "") -> str:
    occasion, values = occasion_of(get_event_whole(registration.event_id)), {"token": token, "refusal": refusal}
    return render_template(template, registration=registration, now=clock.now(), **values, **page_frame(occasion))
