"""When somebody who is registered can answer what they are asked, and when they are reminded."""

from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventreg.questionnaires.rules.schema import FIRST_DAY, LAST_DAY
from eventreg.registration.rules.states import STANDING, Status

#: a follow-up is asked of the confirmed alone; everything else of whoever takes part, or may yet
CONFIRMED = frozenset({Status.CONFIRMED})
#: who has not answered is reminded once, this long before the deadline
REMINDED_BEFORE = timedelta(days=3)
#: but not before having had this long to answer
LEFT_ALONE_FOR = timedelta(days=1)


class RequestKind(enum.Enum):
    """Why somebody is asked."""

    #: a section that is asked of the confirmed, like travel details
    FOLLOW_UP = "follow_up"
    #: questions that were changed or added after the person registered
    AGAIN = "again"
    #: what an organizer wants mended
    CORRECTION = "correction"


class RequestState(enum.Enum):
    """Where a request stands."""

    OPEN = "open"
    ANSWERED = "answered"
    #: the deadline passed without an answer
    LATE = "late"
    TAKEN_BACK = "taken_back"


def concerns(kind: RequestKind, status: Status) -> bool:
    """Say whether somebody of this status is asked; whoever loses the place is not, and is again with the place."""
    return status in (CONFIRMED if kind is RequestKind.FOLLOW_UP else STANDING)


def closes_at(answer_by: date | None, changes_until: datetime, time_zone: str) -> datetime:
    """Return the first instant that is late: the end of the last day in the event's zone, or when changes end."""
    if answer_by is None:
        return changes_until
    # What came in with a file may name a day at an end of the calendar, where days and zones cannot be reckoned with.
    answer_by = min(max(answer_by, FIRST_DAY), LAST_DAY)
    return datetime.combine(answer_by + timedelta(days=1), time(), tzinfo=ZoneInfo(time_zone))


def state_of(
    now: datetime, closes: datetime, answered_at: datetime | None, taken_back_at: datetime | None
) -> RequestState:
    """Return where a request stands now."""
    if answered_at is not None:
        return RequestState.ANSWERED
    if taken_back_at is not None:
        return RequestState.TAKEN_BACK
    return RequestState.OPEN if now < closes else RequestState.LATE


def is_to_be_reminded(now: datetime, closes: datetime, requested_at: datetime, reminded_at: datetime | None) -> bool:
    """Say whether the one reminder is due: shortly before the deadline, to whoever had a day to answer."""
    had_time = now - requested_at >= LEFT_ALONE_FOR
    return reminded_at is None and had_time and closes - REMINDED_BEFORE <= now < closes
