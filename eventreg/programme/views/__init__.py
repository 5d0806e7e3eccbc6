"""The pages of this room. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("programme", __name__)

# Each module adds its pages to the blueprint.
from eventreg.programme.views import (  # noqa: E402, F401
    materials,
    outcomes,
    programme,
    sessions,
    speakers,
)
