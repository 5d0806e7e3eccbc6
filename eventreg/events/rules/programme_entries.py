"""A session as an organizer enters it, and what cannot be one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import time

from eventreg.events.rules.programme import Hours, SessionKind, SpeakerRole
from eventreg.events.rules.programme_checks import Slot, minutes_of, time_of
from eventreg.kernel.errors import N_, NN_, Reason, Refused
from eventreg.kernel.text import LocalizedText, folded
from eventreg.kernel.typed import is_blank

LONGEST_TITLE, LONGEST_NOTE, LONGEST_DESCRIPTION = 200, 300, 8_000
LONGEST_ROOM_NAME, LONGEST_PERSON_NAME, LONGEST_POSITION, LONGEST_BIOGRAPHY = 80, 200, 200, 4_000
#: more is a slip of the hand, and no page could show it
MOST_SESSIONS, MOST_ROOMS, MOST_PEOPLE, MOST_PLACES = 400, 30, 40, 100_000

#: minutes that a new session takes unless somebody says otherwise
DEFAULT_MINUTES = 60
DEFAULT_BREAK_MINUTES = 30


class ProgrammeReason(Reason):
    """Why the programme was not changed."""

    ENDS_BEFORE_START = "ends_before_start", N_("The end has to come after the start")
    NO_TITLE = "no_title", N_("Write this text")
    NO_SUCH_DAY = "no_such_day", N_("Choose a day of the event")
    NO_SUCH_ROOM = "no_such_room", N_("This room is gone. Choose another one")
    NO_SUCH_ORGANIZATION = "no_such_organization", N_("This institution is gone. Choose another one")
    TOO_MANY = "too_many", N_("There can be %(limit)s at most.")
    CHANGED_MEANWHILE = (
        "changed_meanwhile",
        N_("Somebody else changed this meanwhile, so nothing was saved. Look at what it says now, and save again."),
        "",
        409,
    )
    #: removing a session that people signed up for wants a second word
    HAS_SIGN_UPS = (
        "has_sign_ups",
        NN_(
            "%(num)d person signed up for this session. Confirm that it is removed all the same.",
            "%(num)d people signed up for this session. Confirm that it is removed all the same.",
        ),
        "",
        409,
    )
    HAVE_SIGN_UPS = "have_sign_ups", N_("People signed up for “%(title)s”. Remove that session on its own page first.")
    CANNOT_MOVE = "cannot_move", N_("There is nothing to change places with: set the times by hand."), "", 409


@dataclass(frozen=True)
class People:
    """Who does one thing in a session: names in the order in which they are announced."""

    role: SpeakerRole
    names: Sequence[str]


@dataclass(frozen=True)
class SessionEntry:
    """A session as it is to be. Wall-clock times in the event's zone; `room_id` None: for everybody."""

    day_id: int
    kind: SessionKind
    starts_at: time
    ends_at: time
    title: LocalizedText
    room_id: int | None = None
    note: LocalizedText = field(default_factory=dict)
    description: LocalizedText = field(default_factory=dict)
    takes_sign_up: bool = False
    #: None: no limit
    places: int | None = None
    people: Sequence[People] = ()


@dataclass(frozen=True)
class SpeakerEntry:
    """A speaker as announced. `organization_id` None: `affiliation` says where from, if anything does."""

    name: str
    position: LocalizedText = field(default_factory=dict)
    organization_id: int | None = None
    affiliation: LocalizedText = field(default_factory=dict)
    biography: LocalizedText = field(default_factory=dict)


def check_entry(entry: SessionEntry) -> None:
    """Refuse what cannot be a session. Raises Refused."""
    if entry.starts_at >= entry.ends_at:
        raise Refused(ProgrammeReason.ENDS_BEFORE_START)
    if all(map(is_blank, entry.title.values())):
        raise Refused(ProgrammeReason.NO_TITLE)
    if sum(len(people.names) for people in entry.people) > MOST_PEOPLE:
        raise Refused(ProgrammeReason.TOO_MANY, limit=MOST_PEOPLE)


def names_in(text: str) -> list[str]:
    """Return the names of a line, "Ana Demo; Luis Demo", as typed and in order; the same name twice counts once."""
    found: dict[str, str] = {}
    for part in re.split(r"[;\n]", text):
        if not is_blank(part):
            name = " ".join(part.split())
            found.setdefault(folded(name), name)
    return list(found.values())


def default_role(kind: SessionKind) -> SpeakerRole:
    """Return what people named without a role do in a session of this kind."""
    return SpeakerRole.PANELLIST if kind is SessionKind.PANEL else SpeakerRole.SPEAKER


def suggested_hours(
    day: Hours, slots: Iterable[Slot], room_id: int | None = None, minutes: int = DEFAULT_MINUTES
) -> tuple[time, time]:
    """Return when the next session of a room begins and ends: at the end of the last one that people there attend.

    For everybody (`room_id` None) that is the last of the day. A session that begins inside the day's hours ends with them
    at the latest.
    """
    ends = [slot.ends_at for slot in slots if room_id is None or slot.room_id in (None, room_id)]
    starts_at = max([day.starts_at, *ends])
    end = minutes_of(starts_at) + minutes
    if starts_at < day.ends_at:
        end = min(end, minutes_of(day.ends_at))
    return starts_at, time_of(end)
