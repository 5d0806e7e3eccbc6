"""A fresh sign-in before a dangerous act: whoever is signed in proves again who they are.

Views that need it carry `eventreg.web.freshness.requires_fresh_sign_in`.
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from eventreg.accounts.devices import visitor
from eventreg.accounts.forms import ProofForm
from eventreg.accounts.services.proving import prove
from eventreg.accounts.services.sign_in_links import MAILED_LINK_MINUTES, ask_for_sign_in_link
from eventreg.accounts.sessions import remember_target, this_session
from eventreg.accounts.views import blueprint
from eventreg.accounts.views.arriving import safe_target
from eventreg.web.access import Answer, signed_in
from eventreg.web.templating import language_url_at


@blueprint.get("/sign-in/again")
@signed_in
def sign_in_again() -> Answer:
    """Ask for what the account has: its password, a code, or a link sent by mail."""
    return _page(ProofForm.for_account(current_user, formdata=None, next=request.args.get("next", "")))


@blueprint.post("/sign-in/again")
@signed_in
def prove_again() -> Answer:
    """Take the proof and lead back to the page where the act is confirmed, or have a link mailed."""
    form = ProofForm.for_account(current_user)
    target = safe_target(form.next.data)
    with form.refusals(beside="code" if form.asks_code and not form.asks_password else "password") as outcome:
        if "link" in request.form:
            ask_for_sign_in_link(current_user.email, visitor())
            remember_target(target)
            return redirect(url_for("accounts.sign_in_link_sent"), 303)
        form.check()
        prove(current_user.id, this_session(), form.password.data or "", form.code.data or "", visitor())
        return redirect(target, 303)
    return _page(form, outcome.status_code)


def _page(form: ProofForm, code: int = 200) -> Answer:
    page = render_template(
        "accounts/sign_in_again.html",
        form=form,
        minutes=MAILED_LINK_MINUTES,
        language_url=language_url_at(url_for("accounts.sign_in_again", next=form.next.data or "")),
    )
    return page, code
