"""Until when participants and the system act by themselves. Every instant is aware; a window is half open: [from, to)."""

from __future__ import annotations

from datetime import datetime, timedelta

from eventreg.registration.rules.refusals import RegisteringReason
from eventreg.registration.rules.states import Status

#: a decision's mails go, and a place it frees is passed on, when this time to undo it is over
UNDO_WINDOW = timedelta(seconds=60)
#: a file sent with a form that was not accepted is kept this long for the next try
FILE_HELD_FOR = timedelta(hours=24)
#: an address that is not verified in this time is given up
VERIFY_WITHIN = timedelta(hours=72)
#: a link that confirms a new mail address works this long
CONFIRM_ADDRESS_WITHIN = timedelta(hours=72)

_CHANGEABLE = frozenset({Status.PENDING, Status.CONFIRMED, Status.WAITLISTED})


def refusal_to_register(now: datetime, opens_at: datetime, closes_at: datetime) -> RegisteringReason | None:
    """Say why nobody can register now, or None when registration is open. Closing at 18:00 means that 18:00:00 is late."""
    if now < opens_at:
        return RegisteringReason.NOT_OPEN_YET
    if now >= closes_at:
        return RegisteringReason.CLOSED
    return None


def may_change_answers(status: Status, now: datetime, changes_until: datetime) -> bool:
    """Say whether the participant may still change answers."""
    return status in _CHANGEABLE and now < changes_until


def may_withdraw(status: Status) -> bool:
    """Say whether the participant may withdraw. No deadline: a place that nobody will use helps nobody."""
    return status in _CHANGEABLE
