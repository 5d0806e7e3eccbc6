"""One's own account: name, language, password, sessions.

The browsers in which one is signed in: one or all others are signed out.
"""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from eventreg.accounts.forms import PasswordForm, ProfileForm
from eventreg.accounts.queries import list_open_sessions
from eventreg.accounts.services.accounts import change_profile
from eventreg.accounts.services.sessions import end_other_sessions_of, end_session_of
from eventreg.accounts.services.sign_in import change_password
from eventreg.accounts.sessions import came_by_link_lately, forget_link, keep_session, this_session, visitor
from eventreg.accounts.views import blueprint
from eventreg.i18n.languages import switch_language
from eventreg.kernel.clock import now
from eventreg.web.access import Answer, signed_in
from eventreg.web.freshness import is_sign_in_fresh, lead_to_proof
from eventreg.web.templating import language_url_at


@blueprint.get("/account")
@signed_in
def own_account() -> Answer:
    """Show one's own account."""
    return _page(_profile_form(), PasswordForm(formdata=None))


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
    return _page(form, PasswordForm(formdata=None), outcome.status_code)


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
    return _page(_profile_form(), form, 422)


def _profile_form() -> ProfileForm:
    return ProfileForm(formdata=None, name=current_user.name, language=current_user.language)


def _page(profile: ProfileForm, password: PasswordForm, code: int = 200) -> Answer:
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
