"""The addresses of events on the desk. `blueprint` is what the assembly registers."""

from flask import Blueprint

blueprint = Blueprint("events", __name__)

# Each module adds its pages to the blueprint.
from eventreg.events.views import invitations, materials, outcomes, programme, refusals, sessions, speakers, team, text_history, texts  # noqa: E402, F401

__all__ = ["blueprint"]
