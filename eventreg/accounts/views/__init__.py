"""Pages for signing in and out, and for one's own account."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)

from eventreg.accounts.views import (  # noqa: E402 - they add their routes to the blueprint
    accounts,
    codes,
    fresh,
    own_account,
    own_sessions,
    second_factor,
    signing_in,
)

__all__ = ["accounts", "blueprint", "codes", "fresh", "own_account", "own_sessions", "second_factor", "signing_in"]
