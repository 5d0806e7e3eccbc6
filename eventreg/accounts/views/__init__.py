"""Pages for signing in and out, and for one's own account."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)

# Each module adds its pages to the blueprint.
from eventreg.accounts.views import accounts, second_factor, signing_in  # noqa: E402, F401
