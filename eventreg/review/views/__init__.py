"""The organizers' pages about registrations and messages. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("review", __name__)

# Each module adds its pages to the blueprint.
from eventreg.review.views import (  # noqa: E402, F401
    access_codes,
    adding,
    day_counts,
    deciding,
    duplicates,
    editing,
    exporting,
    exports,
    importing,
    invitation_lists,
    invitations,
    list_live,
    listing,
    looking,
    message_texts,
    messages,
    notes,
    on_behalf,
    reasons,
    requests,
    run_drafts,
    run_mails,
    run_writing,
    runs,
    saved_views,
    session_people,
    tags,
    team_answers,
)
