"""The pages of this room. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("exchange", __name__)

# Each module adds its pages to the blueprint.
from eventreg.exchange.views import exports, importing, mending  # noqa: E402, F401
