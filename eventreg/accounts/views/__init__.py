"""Pages for signing in and out, and for one's own account."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)

from eventreg.accounts.views import own_account, signing_in  # noqa: E402, F401 - they add their routes to the blueprint
