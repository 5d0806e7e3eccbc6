"""The pages of this room. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("selfservice", __name__)

# Each module adds its pages to the blueprint.
from eventreg.selfservice.views import links, own, requests, saving, sessions  # noqa: E402, F401
