"""Everybody who signs in, for administrators: inviting, sending a way in, closing for good; and one's own account."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from eventreg.accounts import links, queries
from eventreg.accounts.forms import AccountForm, ClosingForm, PasswordForm, ProfileForm
from eventreg.accounts.models import Account
from eventreg.accounts.queries import list_open_sessions
from eventreg.accounts.services import second_factor, sign_in
from eventreg.accounts.services.accounts import belongings, change_profile, close_everywhere
from eventreg.accounts.services.sessions import end_other_sessions_of, end_session_of
from eventreg.accounts.services.sign_in import change_password
from eventreg.accounts.sessions import came_by_link_lately, forget_link, keep_session, this_session, visitor
from eventreg.accounts.views import blueprint
from eventreg.audit.services import acting
from eventreg.i18n.languages import switch_language
from eventreg.kernel.clock import now
from eventreg.web import freshness, instance, templating
from eventreg.web.access import Answer, Sending, administrators_only, sends, signed_in
from eventreg.web.freshness import is_sign_in_fresh, lead_to_proof
from eventreg.web.refusals import Refusals
from eventreg.web.templating import language_url_at

_ONE = "/manage/accounts/<int(max=2147483647):account_id>"


@blueprint.get("/manage/accounts")
@administrators_only
def show_accounts() -> Answer:
    """Show every account: who it is, on how many teams, when last here, how it is guarded."""
    return _page(AccountForm(formdata=None))


@blueprint.post("/manage/accounts")
@administrators_only
@sends(Sending.NAMED)
def invite_account() -> Answer:
    """Make an account and mail it a link."""
    form = AccountForm()
    rights = form.chosen_rights()
    with form.refusals(beside="email") as outcome:
        token = sign_in.add_account(
            form.email.data or "",
            form.name.data or "",
            form.language.chosen,
            is_administrator=rights == "administrator",
            may_create_events=rights == "creator",
            by=acting(),
        )
        return _done(form.email.data or "", token, sign_in.WELCOME_DAYS * 24 * 60)
    return _page(form, code=outcome.status_code)


@blueprint.post(f"{_ONE}/link")
@administrators_only
@sends(Sending.NAMED)
def send_account_link(account_id: int) -> Answer:
    """Mail a link that signs in once."""
    account = queries.get_account(account_id)
    with Refusals() as outcome:
        return _done(account.email, sign_in.send_link_to(account_id, acting()), sign_in.MAILED_LINK_MINUTES)
    return _page(AccountForm(formdata=None), outcome.problem, outcome.status_code)


@blueprint.post(f"{_ONE}/second-factor/remove")
@administrators_only
@freshness.requires_fresh_sign_in(back="accounts.show_accounts")
@sends(Sending.NAMED)
def remove_lost_second_factor(account_id: int) -> Answer:
    """Take the second factor off for somebody who lost it; the person is told by mail."""
    with Refusals() as outcome:
        second_factor.remove(account_id, acting())
        return redirect(url_for("accounts.show_accounts"), 303)
    return _page(AccountForm(formdata=None), outcome.problem, 409)


@blueprint.get(f"{_ONE}/close")
@administrators_only
def confirm_closing(account_id: int) -> Answer:
    """Show what closing ends, and ask who takes over what the person owns alone."""
    return _closing_page(queries.get_account(account_id))


@blueprint.post(f"{_ONE}/close")
@administrators_only
@freshness.requires_fresh_sign_in(back="accounts.confirm_closing")
@sends(Sending.NAMED)
def close(account_id: int) -> Answer:
    """Close the account with every right it has anywhere."""
    account = queries.get_account(account_id)
    form = _closing_form(account)
    with form.refusals(beside="successor") as outcome:
        close_everywhere(account_id, form.chosen_successor(), acting())
        return redirect(url_for("accounts.show_accounts", closed="yes"), 303)
    return _closing_page(account, form, outcome.status_code)


def _page(form: AccountForm, problem: str = "", code: int = 200) -> Answer:
    accounts = queries.list_accounts()
    page = render_template(
        "accounts/accounts.html",
        accounts=accounts,
        roles=belongings().count_roles([account.id for account in accounts]),
        form=form,
        problem=problem,
        me=current_user.id,
        time_zone=instance.config().time_zone,
        is_closed=request.args.get("closed") == "yes",
        language_url=templating.language_url_at(url_for("accounts.show_accounts")),
    )
    return page, code


def _done(email: str, token: str, minutes: int) -> Answer:
    """Say that a link is on its way; where no mail leaves, show it to the administrator, who could make any."""
    address = "" if instance.config().sends_mail else links.sign_in_address(token)
    return render_template("accounts/account_link.html", email=email, address=address, minutes=minutes)


def _closing_form(account: Account) -> ClosingForm:
    others = [each for each in queries.list_accounts() if each.closed_at is None and each.id != account.id]
    return ClosingForm(others, me=current_user.id)


def _closing_page(account: Account, form: ClosingForm | None = None, code: int = 200) -> Answer:
    page = render_template(
        "accounts/account_closing.html",
        account=account,
        roles=belongings().count_roles([account.id]).get(account.id, 0),
        owned=belongings().list_owned_alone(account.id),
        form=form or _closing_form(account),
        is_me=account.id == current_user.id,
    )
    return page, code


@blueprint.get("/account")
@signed_in
def own_account() -> Answer:
    """Show one's own account."""
    return _own_page(_profile_form(), PasswordForm(formdata=None))


@blueprint.post("/account/profile")
@signed_in
def save_profile() -> Answer:
    """Change name and language."""
    form = ProfileForm()
    with form.refusals() as outcome:
        form.check()
        change_profile(current_user.id, form.name.data or "", form.language.data)
        switch_language(form.language.data)
        return redirect(url_for("accounts.own_account", saved="profile"), 303)
    return _own_page(form, PasswordForm(formdata=None), outcome.status_code)


@blueprint.post("/account/password")
@signed_in
def save_password() -> Answer:
    """Set or change the password. This session goes on; every other one ends."""
    form = PasswordForm()
    with form.refusals(beside="old_password"):
        form.check()
        if not current_user.password_hash and not (came_by_link_lately() or is_sign_in_fresh()):
            # Nothing else shows who is there: a browser left open would be enough to take the account over.
            return lead_to_proof("accounts.own_account")
        old_password = None if came_by_link_lately() else form.old_password.data or ""
        new_password = form.new_password.data or ""
        keep_session(change_password(current_user.id, old_password, new_password, visitor(), this_session()))
        forget_link()
        return redirect(url_for("accounts.own_account", saved="password"), 303)
    return _own_page(_profile_form(), form, 422)


def _profile_form() -> ProfileForm:
    return ProfileForm(formdata=None, name=current_user.name, language=current_user.language)


def _own_page(profile: ProfileForm, password: PasswordForm, code: int = 200) -> Answer:
    page = render_template(
        "accounts/account.html",
        form=profile if profile.errors else password,
        profile=profile,
        password=password,
        has_password=bool(current_user.password_hash),
        asks_old_password=bool(current_user.password_hash) and not came_by_link_lately(),
        sessions=list_open_sessions(current_user.id, now()),
        this_session=this_session(),
        language_url=language_url_at(url_for("accounts.own_account")),
        told=_told(request.args.get("saved", "")),
    )
    return page, code


def _told(saved: str) -> str:
    """Return what has just been done, in a sentence."""
    return {
        "profile": _("Your name and language are saved."),
        "password": _("Your password is saved. Every other session has ended."),
        "sessions": _("Every other session has ended."),
        "session": _("The session has ended."),
    }.get(saved, "")


@blueprint.post("/account/sessions/end")
@signed_in
def end_other_sessions() -> Response:
    """End every other session: a phone was lost, a shared machine was left."""
    keep_session(end_other_sessions_of(current_user.id, this_session()))
    return redirect(url_for("accounts.own_account", saved="sessions"), 303)


@blueprint.post("/account/sessions/<public_id>/end")
@signed_in
def end_one_session(public_id: str) -> Response:
    """End one session. Another account's is not there."""
    end_session_of(current_user.id, public_id)
    return redirect(url_for("accounts.own_account", saved="session"), 303)
