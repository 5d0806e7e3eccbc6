"""The pages of this room. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("reports", __name__)

# Each module adds its pages to the blueprint.
from eventreg.reports.views import days, figures  # noqa: E402, F401
