"""Why the team's act on a registration was not done, in words."""

from __future__ import annotations

from flask_babel import gettext as _

from eventreg.registration.rules.refusals import ChangeReason, ChangeRefused


def act_refused(refused: ChangeRefused) -> str:
    """Say why nothing was done."""
    return {
        ChangeReason.CHANGED_MEANWHILE: _(
            "The registration changed while you were at it. Look at what happened, then send it again."
        ),
        ChangeReason.BEING_DECIDED: _(
            "A decision was made a moment ago, and its email waits. Undo it, or wait a minute and send this again."
        ),
        ChangeReason.CALLED_OFF: _("The event does not take place."),
        ChangeReason.NOT_POSSIBLE_NOW: _("This is not possible in the present state of the registration."),
        ChangeReason.SAME_ADDRESS: _("This is the address of now"),
        ChangeReason.ADDRESS_IN_USE: _("There is already a registration with this address."),
    }[ChangeReason(refused.reason)]
