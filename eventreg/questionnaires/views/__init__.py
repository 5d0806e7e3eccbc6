"""The organizers' pages about what an event asks. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("questionnaires", __name__)

# Each module adds its pages to the blueprint.
from eventreg.questionnaires.views import (  # noqa: E402, F401
    listing,
    publishing,
    questions,
    starts,
)
