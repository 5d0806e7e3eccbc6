"""Where a sign-in ends, whichever way somebody came: signed in and led on, or asked for the code first."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from eventreg.accounts.models import Account
from eventreg.accounts.rules.targets import is_safe_target
from eventreg.accounts.rules.ways import Way
from eventreg.accounts.sessions import begin_session
from eventreg.i18n.languages import has_chosen_language, switch_language


def arrive(account: Account, way: Way, wanted: str | None = "", *, gave_code: bool = False) -> Response:
    """Begin the session of an account that gave its first proof, and lead to `wanted` if that is safe.

    Accounts with a second factor are led to the page that asks for a code; nobody is signed in until then.
    """
    if not begin_session(account, way, gave_code=gave_code):
        return redirect(url_for("accounts.ask_for_code", next=safe_target(wanted)), 303)
    if not has_chosen_language():
        switch_language(account.language)
    return redirect(safe_target(wanted), 303)


def safe_target(wanted: str | None) -> str:
    """Return where to go after signing in: what was asked for if it is ours and plain, else the events."""
    return wanted if wanted and is_safe_target(wanted) else url_for("site.manage_events")
