"""The review in words: columns, orders, what happened to a registration.

Acts on many registrations in words.
"""

from flask_babel import gettext as _

from eventreg.attendees.rules.acts import RunAct
from eventreg.registration.models import AccessCode
from eventreg.registration.rules.asked import RequestKind
from eventreg.registration.rules.ways_in import WayKind


def asked_title(kind: RequestKind, section: str) -> str:
    """Return what the team calls what people are asked beside the form; a follow-up by its section."""
    return {
        RequestKind.FOLLOW_UP: section,
        RequestKind.AGAIN: _("Asked again"),
        RequestKind.CORRECTION: _("Answers to check"),
    }[kind]


def came_by_words(way: WayKind, code: AccessCode | None) -> str:
    """Return by which way a person came, as the team reads it. `code` is None when it is gone, or it was no code."""
    if way is WayKind.CODE and code is not None:
        name = f"{code.code} ({code.label})" if code.label else code.code
        return _("by the code %(name)s", name=name)
    return {
        WayKind.LINK: _("by the link of the category"),
        WayKind.CODE: _("by a code"),
        WayKind.INVITATION: _("by an invitation"),
        WayKind.TEAM: _("registered by the team"),
        WayKind.IMPORT: _("by import"),
    }[way]


def act_verb(act: RunAct) -> str:
    """Return an act as a button says it."""
    return {
        RunAct.APPROVE: _("Approve"),
        RunAct.DECLINE: _("Decline"),
        RunAct.WAITLIST: _("Put on the waiting list"),
        RunAct.REOPEN: _("Return to review"),
        RunAct.CORRECT: _("Request correction"),
        RunAct.WRITE: _("Send email"),
        RunAct.TAG: _("Add a tag"),
        RunAct.UNTAG: _("Remove a tag"),
        RunAct.UNDO: _("Undo"),
    }[act]
