"""The browsers in which one is signed in: one or all others are signed out."""

from __future__ import annotations

from flask import redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from eventreg.accounts.services.sessions import end_other_sessions_of, end_session_of
from eventreg.accounts.sessions import keep_session, this_session
from eventreg.accounts.views import blueprint
from eventreg.web.access import signed_in


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
