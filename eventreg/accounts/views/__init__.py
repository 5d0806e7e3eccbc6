"""Pages for signing in and out, and for one's own account."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)

# Each module adds its pages to the blueprint.
from eventreg.accounts.views import (  # noqa: E402, F401
    accounts,
    own_account,
    second_factor,
    signing_in,
)
