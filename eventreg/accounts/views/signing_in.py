"""Signing in and out: a password or a link that works once, then the code of a second factor, then the page that was wanted.

Also the fresh sign-in before a dangerous act: views that need it carry `eventreg.web.freshness.requires_fresh_sign_in`.
"""

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from eventreg.accounts import emails, queries, sessions
from eventreg.accounts.forms import CodeForm, ProofForm, SignInForm
from eventreg.accounts.models import Account
from eventreg.accounts.rules.codes import SignInWay
from eventreg.accounts.rules.profiles import AccountReason, is_safe_target
from eventreg.accounts.services.second_factor import give_code, prove
from eventreg.accounts.services.sessions import end_session_of
from eventreg.accounts.services.sign_in import (
    MAILED_LINK_MINUTES,
    ask_for_sign_in_link,
    sign_in_with_password,
    use_sign_in_link,
)
from eventreg.accounts.views import blueprint
from eventreg.i18n.languages import has_chosen_language, switch_language
from eventreg.kernel.clock import now
from eventreg.web.access import Answer, personal, public, signed_in
from eventreg.web.forms import BaseForm
from eventreg.web.instance import config
from eventreg.web.refusals import Refusals
from eventreg.web.templating import language_url_at


@blueprint.get("/sign-in")
@public
def sign_in() -> Answer:
    """Show the form."""
    if current_user.is_authenticated:
        return redirect(safe_target(request.args.get("next", "")))
    if sessions.half_signed_in() is not None:
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
        account = sign_in_with_password(form.email.data or "", form.password.data or "", sessions.visitor())
        return arrive(account, SignInWay.PASSWORD, form.next.data)
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
    public_id = emails.link_id_of(token)
    if public_id is None or queries.find_open_link(public_id, now()) is None:
        return _link_over_page()
    return render_template("accounts/sign_in_by_link.html", form=BaseForm())


@blueprint.post("/sign-in/<token>")
@personal
def use_link(token: str) -> Answer:
    """Use the link up and sign in."""
    with Refusals():
        return arrive(use_sign_in_link(token), SignInWay.LINK, sessions.remembered_target())
    return _link_over_page()


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Answer:
    """End this session."""
    end_session_of(current_user.id, sessions.this_session())
    sessions.end_session()
    return redirect(url_for("accounts.sign_in"), 303)


def _send_link(form: SignInForm) -> Answer:
    with form.refusals(beside="email") as outcome:
        form.check()
        sessions.remember_target(safe_target(form.next.data))
        ask_for_sign_in_link(form.email.data or "", sessions.visitor())
        return redirect(url_for("accounts.sign_in_link_sent"), 303)
    return _form_page(form, outcome.status_code)


def _form_page(form: SignInForm, code: int = 200) -> Answer:
    return render_template("accounts/sign_in.html", form=form, minutes=MAILED_LINK_MINUTES), code


def _link_over_page() -> Answer:
    return render_template("accounts/link_over.html"), 410


@blueprint.get("/sign-in/code")
@public
def ask_for_code() -> Answer:
    """Ask for the code of whoever gave the first proof in this browser; anybody else has to give that first."""
    wanted = request.args.get("next", "")
    if sessions.half_signed_in() is None:
        return _from_the_start(wanted)
    return _page(CodeForm(formdata=None, next=wanted))


@blueprint.post("/sign-in/code")
@public
def try_code() -> Answer:
    """Take the code and complete the sign-in."""
    form = CodeForm()
    half = sessions.half_signed_in()
    if half is None:
        return _from_the_start(form.next.data or "")
    with form.refusals(beside="code") as outcome:
        form.check()
        account = give_code(half.account_id, half.generation, form.code.data or "", sessions.visitor())
        return arrive(account, half.way, form.next.data, gave_code=True)
    if outcome.is_for(AccountReason.SIGN_IN_OVER):
        return _from_the_start(form.next.data or "")
    return _page(form, outcome.status_code)


@blueprint.post("/sign-in/code/leave")
@public
def leave_code() -> Answer:
    """Forget the first proof, to sign in with another account."""
    if sessions.half_signed_in() is not None:
        sessions.end_session()
    return redirect(url_for("accounts.sign_in"), 303)


def _from_the_start(wanted: str) -> Response:
    if sessions.half_signed_in() is not None:
        sessions.end_session()
    return redirect(url_for("accounts.sign_in", next=wanted), 303)


def _page(form: CodeForm, code: int = 200) -> Answer:
    return render_template("accounts/sign_in_code.html", form=form), code


def arrive(account: Account, way: SignInWay, wanted: str | None = "", *, gave_code: bool = False) -> Response:
    """Begin the session of an account that gave its first proof, and lead to `wanted` if that is safe.

    Accounts with a second factor are led to the page that asks for a code; nobody is signed in until then.
    """
    if not sessions.begin_session(account, way, gave_code=gave_code):
        return redirect(url_for("accounts.ask_for_code", next=safe_target(wanted)), 303)
    if not has_chosen_language():
        switch_language(account.language)
    return redirect(safe_target(wanted), 303)


def safe_target(wanted: str | None) -> str:
    """Return where to go after signing in: what was asked for if it is ours and plain, else the events."""
    return wanted if wanted and is_safe_target(wanted) else url_for("site.manage_events")


@blueprint.get("/sign-in/again")
@signed_in
def sign_in_again() -> Answer:
    """Ask for what the account has: its password, a code, or a link sent by mail."""
    return _page_of_fresh(ProofForm.for_account(current_user, formdata=None, next=request.args.get("next", "")))


@blueprint.post("/sign-in/again")
@signed_in
def prove_again() -> Answer:
    """Take the proof and lead back to the page where the act is confirmed, or have a link mailed."""
    form = ProofForm.for_account(current_user)
    target = safe_target(form.next.data)
    with form.refusals(beside="code" if form.asks_code and not form.asks_password else "password") as outcome:
        if "link" in request.form:
            ask_for_sign_in_link(current_user.email, sessions.visitor())
            sessions.remember_target(target)
            return redirect(url_for("accounts.sign_in_link_sent"), 303)
        form.check()
        prove(
            current_user.id, sessions.this_session(), form.password.data or "", form.code.data or "", sessions.visitor()
        )
        return redirect(target, 303)
    return _page_of_fresh(form, outcome.status_code)


def _page_of_fresh(form: ProofForm, code: int = 200) -> Answer:
    page = render_template(
        "accounts/sign_in_again.html",
        form=form,
        minutes=MAILED_LINK_MINUTES,
        language_url=language_url_at(url_for("accounts.sign_in_again", next=form.next.data or "")),
    )
    return page, code
