"""The pages of registering and of one's own registration."""

from flask import Blueprint

blueprint = Blueprint("registration", __name__)

from eventreg.registration.views import (  # noqa: E402 - they add the views
    asking,
    by_code,
    earlier,
    form_preview,
    invited,
    own,
    own_answers,
    own_changes,
    own_requests,
    own_sessions,
    registering,
    saving,
)

__all__ = [
    "asking",
    "blueprint",
    "by_code",
    "earlier",
    "form_preview",
    "invited",
    "own",
    "own_answers",
    "own_changes",
    "own_requests",
    "own_sessions",
    "registering",
    "saving",
]
