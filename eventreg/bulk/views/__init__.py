"""The pages of this room. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("bulk", __name__)

# Each module adds its pages to the blueprint.
from eventreg.bulk.views import attachments, drafts, runs, schedules, writing  # noqa: E402, F401
