"""The pages of registering and of one's own registration."""

from flask import Blueprint

blueprint = Blueprint("registration", __name__)

from eventreg.registration.views import asking, form_preview, own, own_answers, own_changes, own_sessions, registering  # noqa: E402 - they add the views

__all__ = ["asking", "blueprint", "form_preview", "own", "own_answers", "own_changes", "own_sessions", "registering"]
