"""Everybody who signs in, for administrators: inviting, sending a way in, closing for good."""

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from eventreg.accounts import links, queries
from eventreg.accounts.forms import AccountForm, ClosingForm
from eventreg.accounts.models import Account
from eventreg.accounts.services import second_factor, sign_in
from eventreg.accounts.services.accounts import belongings, close_everywhere
from eventreg.accounts.views import blueprint
from eventreg.audit.services import acting
from eventreg.web import freshness, instance, templating
from eventreg.web.access import Answer, Sending, administrators_only, sends
from eventreg.web.refusals import Refusals

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
