"""Who is signed in: what the session cookie holds, how long, and when it stops counting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask, session
from flask_login import LoginManager, login_user

from eventreg.accounts.models import Account
from eventreg.accounts.queries import find_session_account
from eventreg.kernel.clock import now

#: a session ends this long after signing in, used or not
SESSION_LASTS = timedelta(hours=12)
#: this long after coming by a sign-in link one may set a password without the old one
LINK_IS_FRESH = timedelta(minutes=30)
_BEGAN_AT, _BY_LINK_AT = "began_at", "by_link_at"


def init_sign_in(app: Flask) -> None:
    """Let `app` know who is signed in. Cookies of closed accounts and ended sessions are nobody's."""
    app.config["PERMANENT_SESSION_LIFETIME"] = SESSION_LASTS
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    manager = LoginManager()
    # Binding a session to address and browser signs people out on trains and stops nobody who has both.
    manager.session_protection = None
    manager.user_loader(_load_account)
    manager.init_app(app)


def begin_session(account: Account, by_link: bool = False) -> None:
    """Sign `account` in under a session of its own: nothing of the one before is kept."""
    session.clear()
    login_user(account)
    session.permanent = True
    session[_BEGAN_AT] = now().timestamp()
    if by_link:
        session[_BY_LINK_AT] = now().timestamp()


def came_by_link_lately() -> bool:
    """Say whether this session began with a sign-in link a short while ago."""
    return _is_younger(session.get(_BY_LINK_AT), LINK_IS_FRESH)


def end_session() -> None:
    """Sign out: the cookie is taken back."""
    session.clear()


def _load_account(held: str) -> Account | None:
    # A cookie is written anew when something is put into it, so its own age says nothing.
    if _BEGAN_AT in session and not _is_younger(session[_BEGAN_AT], SESSION_LASTS):
        return None
    identity, _, generation = held.partition(".")
    if not (identity.isdecimal() and generation.isdecimal()):
        return None
    return find_session_account(int(identity), int(generation))


def _is_younger(began_at: float | None, span: timedelta) -> bool:
    return began_at is not None and now() - datetime.fromtimestamp(began_at, UTC) < span
