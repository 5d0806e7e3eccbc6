"""The pages of registering and of one's own registration."""

from flask import Blueprint

blueprint = Blueprint("registration", __name__)

from eventreg.registration.views import asking, own, own_changes, registering  # noqa: E402, F401 - they add the views
