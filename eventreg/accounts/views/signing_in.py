"""Signing in by password or by a link that works once, and signing out."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from eventreg.accounts.devices import visitor
from eventreg.accounts.forms import SignInForm
from eventreg.accounts.links import link_id_of
from eventreg.accounts.queries import find_open_link
from eventreg.accounts.rules.ways import Way
from eventreg.accounts.services.sessions import end_session_of
from eventreg.accounts.services.sign_in_links import (
    MAILED_LINK_MINUTES,
    ask_for_sign_in_link,
    use_sign_in_link,
)
from eventreg.accounts.services.signing_in import sign_in_with_password
from eventreg.accounts.sessions import end_session, half_signed_in, remember_target, remembered_target, this_session
from eventreg.accounts.views import blueprint
from eventreg.accounts.views.arriving import arrive, safe_target
from eventreg.kernel.clock import now
from eventreg.web.access import Answer, personal, public, signed_in
from eventreg.web.forms import BaseForm
from eventreg.web.instance import config
from eventreg.web.refusals import Refusals


@blueprint.get("/sign-in")
@public
def sign_in() -> Answer:
    """Show the form."""
    if current_user.is_authenticated:
        return redirect(safe_target(request.args.get("next", "")))
    if half_signed_in() is not None:
        return redirect(url_for("accounts.ask_for_code", next=request.args.get("next", "")))
    return _form_page(SignInForm(formdata=None, next=request.args.get("next", "")))


@blueprint.post("/sign-in")
@public
def try_to_sign_in() -> Answer:
    """Sign in by password, or have a link mailed: the two buttons of one form."""
    form = SignInForm()
    if form.asks_for_link:
        return _send_link(form)
    with form.refusals(beside="password") as outcome:
        form.check()
        account = sign_in_with_password(form.email.data or "", form.password.data or "", visitor())
        return arrive(account, Way.PASSWORD, form.next.data)
    return _form_page(form, outcome.status_code)


@blueprint.get("/sign-in/sent")
@public
def sign_in_link_sent() -> Answer:
    """Say that a link is on its way, if there is an account: the page is the same either way."""
    return render_template("accounts/link_sent.html", minutes=MAILED_LINK_MINUTES, sends_mail=config().sends_mail)


@blueprint.get("/sign-in/<token>")
@personal
def sign_in_by_link(token: str) -> Answer:
    """Show one button and change nothing: mail scanners open links before people do."""
    public_id = link_id_of(token)
    if public_id is None or find_open_link(public_id, now()) is None:
        return _link_over_page()
    return render_template("accounts/sign_in_by_link.html", form=BaseForm())


@blueprint.post("/sign-in/<token>")
@personal
def use_link(token: str) -> Answer:
    """Use the link up and sign in."""
    with Refusals():
        return arrive(use_sign_in_link(token), Way.LINK, remembered_target())
    return _link_over_page()


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Answer:
    """End this session."""
    end_session_of(current_user.id, this_session())
    end_session()
    return redirect(url_for("accounts.sign_in"), 303)


def _send_link(form: SignInForm) -> Answer:
    with form.refusals(beside="email") as outcome:
        form.check()
        remember_target(safe_target(form.next.data))
        ask_for_sign_in_link(form.email.data or "", visitor())
        return redirect(url_for("accounts.sign_in_link_sent"), 303)
    return _form_page(form, outcome.status_code)


def _form_page(form: SignInForm, code: int = 200) -> Answer:
    return render_template("accounts/sign_in.html", form=form, minutes=MAILED_LINK_MINUTES), code


def _link_over_page() -> Answer:
    return render_template("accounts/link_over.html"), 410
