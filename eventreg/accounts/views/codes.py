"""The second proof at signing in: a code of the app, or a recovery code."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from eventreg.accounts.devices import visitor
from eventreg.accounts.forms import CodeForm
from eventreg.accounts.rules.refusals import AccountReason
from eventreg.accounts.services.proving import give_code
from eventreg.accounts.sessions import end_session, half_signed_in
from eventreg.accounts.views import blueprint
from eventreg.accounts.views.arriving import arrive
from eventreg.web.access import Answer, public


@blueprint.get("/sign-in/code")
@public
def ask_for_code() -> Answer:
    """Ask for the code of whoever gave the first proof in this browser; anybody else has to give that first."""
    wanted = request.args.get("next", "")
    if half_signed_in() is None:
        return _from_the_start(wanted)
    return _page(CodeForm(formdata=None, next=wanted))


@blueprint.post("/sign-in/code")
@public
def try_code() -> Answer:
    """Take the code and complete the sign-in."""
    form = CodeForm()
    half = half_signed_in()
    if half is None:
        return _from_the_start(form.next.data or "")
    with form.refusals(beside="code") as outcome:
        form.check()
        account = give_code(half.account_id, half.generation, form.code.data or "", visitor())
        return arrive(account, half.way, form.next.data, gave_code=True)
    if outcome.is_for(AccountReason.SIGN_IN_OVER):
        return _from_the_start(form.next.data or "")
    return _page(form, outcome.status_code)


@blueprint.post("/sign-in/code/leave")
@public
def leave_code() -> Answer:
    """Forget the first proof, to sign in with another account."""
    if half_signed_in() is not None:
        end_session()
    return redirect(url_for("accounts.sign_in"), 303)


def _from_the_start(wanted: str) -> Response:
    if half_signed_in() is not None:
        end_session()
    return redirect(url_for("accounts.sign_in", next=wanted), 303)


def _page(form: CodeForm, code: int = 200) -> Answer:
    return render_template("accounts/sign_in_code.html", form=form), code
