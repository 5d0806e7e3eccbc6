"""What a decision tells the person, and how that reads before anything is decided."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import inspect

from eventreg.mail.services import OutgoingMessage
from eventreg.registration.emails import News, Occasion, deciding, participant_message, registering
from eventreg.registration.models import Registration
from eventreg.registration.queries.answers import find_day_ids
from eventreg.registration.rules.states import Action, Status, next_status

#: which message tells of which decision
_NEWS_OF = {
    Action.APPROVE: registering.Confirmed,
    Action.APPROVE_WITHOUT_PLACE: registering.Waitlisted,
    Action.DECLINE: deciding.Declined,
    Action.WAITLIST: registering.Waitlisted,
    Action.REOPEN: deciding.Reopened,
}


def news_of(action: Action, registration: Registration, known: Status, reason: str, due_at: datetime) -> News:
    """Return what tells of a decision that was made. `known`: the status that the person knew of before."""
    day_ids = find_day_ids(registration)
    is_no_longer_invited = known is Status.CONFIRMED and registration.status is not Status.CONFIRMED
    return News(
        _NEWS_OF[action],
        day_ids,
        reason=reason,
        due_at=due_at,
        takes_back=is_no_longer_invited,
    )


def compose_decision(
    occasion: Occasion, registration: Registration, action: Action, reason: str, now: datetime
) -> OutgoingMessage | None:
    """Return the message that the person would get if this were decided now; None where it cannot be. Writes nothing."""
    status = next_status(registration.status, action)
    if status is None:
        return None
    # A copy that belongs to no session: nothing of what is only imagined can reach the database.
    copy = Registration(**{each.key: getattr(registration, each.key) for each in inspect(Registration).column_attrs})
    copy.status, copy.revision = status, registration.revision + 1
    if action in (Action.APPROVE, Action.APPROVE_WITHOUT_PLACE):
        copy.approved_at = now
    elif action in (Action.DECLINE, Action.REOPEN):
        copy.approved_at = None
    return participant_message(occasion, copy, news_of(action, copy, registration.status, reason, now), now)
