"""The pages of this room. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("attendees", __name__)

# Each module adds its pages to the blueprint.
from eventreg.attendees.views import annotations, deciding, duplicates, listing, person, saved_views  # noqa: E402, F401
