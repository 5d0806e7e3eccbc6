"""The pages of this room. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("team", __name__)

# Each module adds its pages to the blueprint.
from eventreg.team.views import (  # noqa: E402, F401
    invitations,
    members,
)
