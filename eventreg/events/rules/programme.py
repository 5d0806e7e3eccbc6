"""What a programme is made of.

What a day's programme should not say without meaning it: overlaps, gaps, a speaker in two places, sessions at night.

Nothing here is refused: a programme is made in many steps and is wrong in between. It is pointed out where it is.
"""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import combinations
from typing import Protocol

from eventreg.kernel.errors import N_, Titled


class SessionKind(Titled):
    """What an item of the programme is."""

    SESSION = "session", N_("Session")
    PANEL = "panel", N_("Panel")
    KEYNOTE = "keynote", N_("Keynote")
    WORKSHOP = "workshop", N_("Workshop")
    CEREMONY = "ceremony", N_("Ceremony")
    VISIT = "visit", N_("Visit")
    BREAK = "break", N_("Break")


class SpeakerRole(enum.Enum):
    """What a person does in a session, in the order in which pages name them."""

    MODERATOR = "moderator"
    SPEAKER = "speaker"
    PANELLIST = "panellist"
    RAPPORTEUR = "rapporteur"


class MaterialAudience(Titled):
    """Who can open a material once it is released."""

    EVERYBODY = "everybody", N_("Everybody")
    #: whoever holds a confirmed registration, and the team
    CONFIRMED = "confirmed", N_("Confirmed participants")


class OutcomeKind(Titled):
    """What a session leaves behind."""

    REMARK = "remark", N_("Remark")
    RECOMMENDATION = "recommendation", N_("Recommendation")


class Hours(Protocol):
    """Something that begins and ends at wall-clock times: a day of an event."""

    @property
    def starts_at(self) -> time:
        """When it begins."""

    @property
    def ends_at(self) -> time:
        """When it ends."""


#: a stretch that is longer and that nothing covers is a gap; a shorter one is the way from one room to the next
LONGEST_PAUSE_MINUTES = 15


@dataclass(frozen=True)
class ScheduledSession:
    """A session as far as it can be in the way of another. `room_id` None: for everybody, whatever the room."""

    id: int
    starts_at: time
    ends_at: time
    room_id: int | None = None
    speaker_ids: frozenset[int] = frozenset()


class FindingKind(enum.Enum):
    """What is worth a second look."""

    OVERLAP = "overlap"
    SPEAKER_TWICE = "speaker_twice"
    OUTSIDE_HOURS = "outside_hours"
    GAP = "gap"


@dataclass(frozen=True)
class Finding:
    """Something worth a second look, and where: at a session, or (a gap) from `starts_at` to `ends_at`."""

    kind: FindingKind
    starts_at: time
    ends_at: time
    #: the session beside which it is shown; None for a gap
    session_id: int | None = None
    #: the other one of two
    other_id: int | None = None
    speaker_id: int | None = None


def minutes_of(at: time) -> int:
    """Return the minutes since midnight; seconds are left out, as programmes have none."""
    return at.hour * 60 + at.minute


def time_of(minutes: int) -> time:
    """Return the wall-clock time so many minutes after midnight, 23:59 at the latest and midnight at the earliest."""
    return time(*divmod(min(max(minutes, 0), 24 * 60 - 1), 60))


def in_order(slots: Sequence[ScheduledSession]) -> list[ScheduledSession]:
    """Return sessions in the order of their times; at the same time, what is for everybody first, then by room."""
    return sorted(slots, key=lambda slot: (slot.starts_at, slot.room_id or 0, slot.ends_at, slot.id))


def meet(one: Hours, other: Hours) -> bool:
    """Say whether two stretches have time in common; those that only touch have none."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def findings_of(day: Hours, slots: Sequence[ScheduledSession]) -> list[Finding]:
    """Return what is worth a second look on a day, in the order of its time."""
    found = [*_outside(day, slots), *_pairs(slots), *_gaps(day, slots)]
    return sorted(found, key=lambda finding: (finding.starts_at, finding.session_id or 0))


def _outside(day: Hours, slots: Sequence[ScheduledSession]) -> Iterator[Finding]:
    for slot in slots:
        if slot.starts_at < day.starts_at or slot.ends_at > day.ends_at:
            yield Finding(FindingKind.OUTSIDE_HOURS, slot.starts_at, slot.ends_at, slot.id)


def _pairs(slots: Sequence[ScheduledSession]) -> Iterator[Finding]:
    for one, other in combinations(in_order(slots), 2):
        if not meet(one, other):
            continue
        # Shown at the later one: that is the one that was put where something is.
        starts_at, ends_at = other.starts_at, min(one.ends_at, other.ends_at)
        if _share_a_room(one, other):
            yield Finding(FindingKind.OVERLAP, starts_at, ends_at, other.id, one.id)
        else:
            for speaker_id in sorted(one.speaker_ids & other.speaker_ids):
                yield Finding(FindingKind.SPEAKER_TWICE, starts_at, ends_at, other.id, one.id, speaker_id)


def _share_a_room(one: ScheduledSession, other: ScheduledSession) -> bool:
    """Say whether one can only be had without the other: the same room, or one of them is for everybody."""
    return one.room_id is None or other.room_id is None or one.room_id == other.room_id


def _gaps(day: Hours, slots: Sequence[ScheduledSession]) -> Iterator[Finding]:
    """Yield the stretches inside the day's hours that nothing covers in any room. A day without sessions has none yet."""
    if not slots:
        return
    covered_until = day.starts_at
    for slot in in_order(slots):
        yield from _gap(covered_until, min(slot.starts_at, day.ends_at))
        covered_until = max(covered_until, slot.ends_at)
    yield from _gap(covered_until, day.ends_at)


def _gap(starts_at: time, ends_at: time) -> Iterator[Finding]:
    if minutes_of(ends_at) - minutes_of(starts_at) > LONGEST_PAUSE_MINUTES:
        yield Finding(FindingKind.GAP, starts_at, ends_at)
