"""The pages of this room. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("invitations", __name__)

# Each module adds its pages to the blueprint.
from eventreg.invitations.views import access_codes, invitations, invited  # noqa: E402, F401
