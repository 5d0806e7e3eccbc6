"""The organizers' pages about registrations and messages. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("review", __name__)

# Each module adds its pages to the blueprint.
from eventreg.review.views import (  # noqa: E402
    access_codes,
    adding,
    deciding,
    editing,
    exporting,
    exports,
    invitation_lists,
    invitations,
    listing,
    looking,
    message_texts,
    messages,
    notes,
    reasons,
    requests,
    run_deciding,
    run_drafts,
    run_mails,
    run_tag_pages,
    run_writing,
    runs,
    session_people,
    tags,
    team_answers,
)

__all__ = [
    "access_codes",
    "adding",
    "blueprint",
    "deciding",
    "editing",
    "exporting",
    "exports",
    "invitation_lists",
    "invitations",
    "listing",
    "looking",
    "message_texts",
    "messages",
    "notes",
    "reasons",
    "requests",
    "run_deciding",
    "run_drafts",
    "run_mails",
    "run_tag_pages",
    "run_writing",
    "runs",
    "session_people",
    "tags",
    "team_answers",
]
