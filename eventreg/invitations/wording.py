"""Access codes and invitations in words."""

from flask_babel import gettext as _

from eventreg.invitations.rules.invitations import InvitationState
from eventreg.registration.rules.states import RegisteringReason


def invitation_state(state: InvitationState) -> str:
    """Return how far an invitation has come, as a word."""
    return {
        InvitationState.MADE: _("Not sent"),
        InvitationState.SENT: _("Sent"),
        InvitationState.TROUBLE: _("Did not arrive"),
        InvitationState.DOUBTFUL: _("Probably delivered"),
        InvitationState.REMINDED: _("Reminded"),
        InvitationState.REGISTERED: _("Registered"),
        InvitationState.DECLINED: _("Said no"),
        InvitationState.EXPIRED: _("Expired"),
        InvitationState.TAKEN_BACK: _("Revoked"),
    }[state]


def code_standing(refusal: RegisteringReason | None) -> str:
    """Return whether a code leads in now, as the team reads it."""
    words = {
        RegisteringReason.CODE_OFF: _("Inactive"),
        RegisteringReason.CODE_EXPIRED: _("Expired"),
        RegisteringReason.CODE_USED_UP: _("Used up"),
    }
    return words[refusal] if refusal is not None else _("Valid")
