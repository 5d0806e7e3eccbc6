"""The pages of registering and of one's own registration."""

from flask import Blueprint

blueprint = Blueprint("registration", __name__)

# Each module adds its pages to the blueprint.
from eventreg.registration.views import (  # noqa: E402, F401
    form_preview,
    registering,
)
