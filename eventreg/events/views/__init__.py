"""The addresses of events on the desk. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("events", __name__)

# Each module adds its pages to the blueprint.
from eventreg.events.views import (  # noqa: E402, F401
    categories,
    partners,
    publication,
    settings,
    texts,
)
