"""Until when participants and the system act by themselves. Every instant is aware; a window is half open: [from, to)."""

from __future__ import annotations

from datetime import datetime, timedelta

from eventreg.events.rules.publication import ALIVE, EFFECTS, Publication
from eventreg.registration.rules.refusals import RegisteringReason
from eventreg.registration.rules.states import STANDING, Status

#: a decision's mails go, and a place it frees is passed on, when this time to undo it is over
UNDO_WINDOW = timedelta(seconds=60)
#: a file sent with a form that was not accepted is kept this long for the next try
FILE_HELD_FOR = timedelta(hours=24)
#: an address that is not verified in this time is given up
VERIFY_WITHIN = timedelta(hours=72)
#: a link that confirms a new mail address works this long
CONFIRM_ADDRESS_WITHIN = timedelta(hours=72)

_BY_STATE = {
    Publication.CANCELLED: RegisteringReason.CALLED_OFF,
    Publication.ARCHIVED: RegisteringReason.OVER,
}


def refusal_to_register(
    now: datetime, opens_at: datetime, closes_at: datetime, publication: Publication = Publication.PUBLISHED
) -> RegisteringReason | None:
    """Say why nobody can register now, or None when registration is open. Closing at 18:00 means that 18:00:00 is late.

    What the event's state forbids is forbidden whatever the dates say. Dates of a category that leave it no time at all
    mean that it is closed.
    """
    if not EFFECTS[publication].takes_registrations:
        return _BY_STATE.get(publication, RegisteringReason.CLOSED)
    if opens_at >= closes_at:
        return RegisteringReason.CLOSED
    if now < opens_at:
        return RegisteringReason.NOT_OPEN_YET
    if now >= closes_at:
        return RegisteringReason.CLOSED
    return None


def may_change_answers(
    status: Status, now: datetime, changes_until: datetime, publication: Publication = Publication.PUBLISHED
) -> bool:
    """Say whether the participant may still change answers: in time, and at an event that takes place."""
    return status in STANDING and now < changes_until and publication in ALIVE


def may_withdraw(status: Status, publication: Publication = Publication.PUBLISHED) -> bool:
    """Say whether the participant may withdraw. No deadline: a place that nobody will use helps nobody.

    From a cancelled event too: people may not want to be asked again. An archived one is over.
    """
    return status in STANDING and EFFECTS[publication].takes_withdrawals


def may_pass_on_places(now: datetime, promotes_until: datetime, publication: Publication) -> bool:
    """Say whether a place set free goes to the waiting list by itself: in time, and at an event that takes place."""
    return now < promotes_until and publication in ALIVE
