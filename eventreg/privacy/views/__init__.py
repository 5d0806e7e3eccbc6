"""The pages of this room. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("privacy", __name__)

# Each module adds its pages to the blueprint.
from eventreg.privacy.views import copies, retention, sharing  # noqa: E402, F401
