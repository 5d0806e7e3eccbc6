"""The pages of this room. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("onbehalf", __name__)

# Each module adds its pages to the blueprint.
from eventreg.onbehalf.views import acting, adding, editing, requests  # noqa: E402, F401
