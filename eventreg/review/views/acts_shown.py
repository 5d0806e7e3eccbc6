"""What the team can do for somebody beside deciding, as links of the registration's page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from eventreg.events.models import Event
from eventreg.events.rules.publication import EFFECTS
from eventreg.events.rules.team import Permission
from eventreg.registration.models import Registration
from eventreg.registration.rules.states import STANDING, Status
from eventreg.web.access import may


def acts_shown(event: Event, registration: Registration) -> Sequence[tuple[str, str]]:
    """Return (address, words) of what is possible now, for whoever may do it."""
    status = registration.status
    if not EFFECTS[event.publication].is_changeable or event.is_called_off or status is Status.CANCELLED:
        return []
    can_decide, is_standing = may(Permission.DECIDE), status in STANDING
    offered = [
        ("review.edit_registration", _("Edit answers"), can_decide and may(Permission.SEE_CONTACT_DATA)),
        ("review.choose_category", _("Move to another category"), can_decide),
        ("review.ask_to_hand_on", _("Transfer to another person"), is_standing and may(Permission.ADD_PEOPLE)),
        (
            "review.ask_to_withdraw",
            _("Withdraw for the person"),
            can_decide and (is_standing or status is Status.UNVERIFIED),
        ),
    ]
    return [
        (url_for(endpoint, slug=event.slug, reference=registration.reference), words)
        for endpoint, words, is_possible in offered
        if is_possible
    ]
