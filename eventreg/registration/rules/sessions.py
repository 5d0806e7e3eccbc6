"""Signing up for sessions of the programme: what can be chosen together, and what is over."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import combinations

from eventreg.events.rules.seats import Places
from eventreg.kernel.errors import N_, Conflict, Refused
from eventreg.kernel.text import LocalizedText


class SessionReason(Conflict):
    """Why a choice of sessions was not kept: what others did meanwhile, but for two at the same time."""

    #: only somebody who is confirmed has a place in a session
    NOT_CONFIRMED = "not_confirmed", N_("Sessions can be chosen once your place is confirmed.")
    #: the event is cancelled or over
    CLOSED = "closed", N_("Sessions can no longer be chosen.")
    #: one was chosen that is not offered
    UNKNOWN = "unknown", N_("The programme has changed since you opened this page. Choose again.")
    #: `title` of a session that has begun
    BEGUN = "begun", N_("“%(title)s” has begun.")
    #: `title` of a session without a free place
    FULL = "full", N_("“%(title)s” has no place left. Your choice is not saved: choose another one.")
    #: `first` and `second`, titles of two sessions at the same time
    OVERLAP = "overlap", N_("“%(first)s” and “%(second)s” are at the same time. Choose one of the two."), "", 422


@dataclass(frozen=True)
class OfferedSession:
    """A session that people sign up for, as one person finds it."""

    id: int
    public_id: str
    title: LocalizedText
    held_on: date
    #: wall-clock times in the event's zone
    starts_at: time
    ends_at: time
    #: the instant at which it begins
    begins_at: datetime
    room: LocalizedText
    #: taken by everybody, this person among them
    places: Places
    is_chosen: bool

    @property
    def free(self) -> int | None:
        """How many places are left; never less than none, whatever is taken. None: no limit."""
        return self.places.free

    @property
    def is_full_for_them(self) -> bool:
        """Whether there is no place for this person, who holds none yet."""
        return not self.is_chosen and not self.places.has_free


def check_choice(offered: Sequence[OfferedSession], wanted: Collection[str], now: datetime) -> list[OfferedSession]:
    """Return what the person holds once the choice of these public ids is kept. Raises Refused: a SessionReason.

    What has begun can neither be taken nor given up any more. A place that is held stays held where there are fewer
    places than before. Two sessions at the same time cannot both be held; one may begin when the other ends.
    """
    by_id = {session.public_id: session for session in offered}
    if not set(wanted) <= set(by_id):
        raise Refused(SessionReason.UNKNOWN)
    for session in offered:
        if session.begins_at <= now and session.public_id in wanted and not session.is_chosen:
            raise Refused(SessionReason.BEGUN, title=session.title)
    held = [each for each in offered if (each.is_chosen if each.begins_at <= now else each.public_id in wanted)]
    clash = first_overlap(each for each in held if each.begins_at > now)
    if clash is not None:
        raise Refused(SessionReason.OVERLAP, first=clash[0].title, second=clash[1].title)
    for session in held:
        if session.is_full_for_them:
            raise Refused(SessionReason.FULL, title=session.title)
    return held


def first_overlap(sessions: Iterable[OfferedSession]) -> tuple[OfferedSession, OfferedSession] | None:
    """Return two sessions that are at the same time, or None."""
    for one, other in combinations(sessions, 2):
        if one.held_on == other.held_on and one.starts_at < other.ends_at and other.starts_at < one.ends_at:
            return one, other
    return None
