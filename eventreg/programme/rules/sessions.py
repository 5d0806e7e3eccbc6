"""A session as an organizer enters it, and what cannot be one.

Putting a session before or after its neighbour without dragging: they exchange places, and their times follow.

Every session keeps its duration, and the pause between the two stays: so the stretch that both take together stays what it
was, and no other session has to give way.

A day's programme as a page lays it out: what begins at the same time stands in one row, each room in its column.

A whole day as lines of text: "09:00–09:30 Opening | Apertura @ Main hall".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time

from eventreg.events.rules import programme
from eventreg.events.rules.dates import read_clock
from eventreg.kernel.errors import N_, NN_, Reason, Refused
from eventreg.kernel.text import LocalizedText, fault_of, folded, is_blank, tidied

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

    role: programme.SpeakerRole
    names: Sequence[str]


@dataclass(frozen=True)
class SessionEntry:
    """A session as it is to be. Wall-clock times in the event's zone; `room_id` None: for everybody."""

    day_id: int
    kind: programme.SessionKind
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


def default_role(kind: programme.SessionKind) -> programme.SpeakerRole:
    """Return what people named without a role do in a session of this kind."""
    return programme.SpeakerRole.PANELLIST if kind is programme.SessionKind.PANEL else programme.SpeakerRole.SPEAKER


def suggested_hours(
    day: programme.Hours,
    slots: Iterable[programme.ScheduledSession],
    room_id: int | None = None,
    minutes: int = DEFAULT_MINUTES,
) -> tuple[time, time]:
    """Return when the next session of a room begins and ends: at the end of the last one that people there attend.

    For everybody (`room_id` None) that is the last of the day. A session that begins inside the day's hours ends with them
    at the latest.
    """
    ends = [slot.ends_at for slot in slots if room_id is None or slot.room_id in (None, room_id)]
    starts_at = max([day.starts_at, *ends])
    end = programme.minutes_of(starts_at) + minutes
    if starts_at < day.ends_at:
        end = min(end, programme.minutes_of(day.ends_at))
    return starts_at, programme.time_of(end)


#: a session, or several that go on at the same time, which are passed as one
Block = list[programme.ScheduledSession]


def moved(
    slots: Sequence[programme.ScheduledSession], session_id: int, *, earlier: bool
) -> dict[int, tuple[time, time]] | None:
    """Return the new hours, by id, of the sessions of a day that change when one is moved; None when it cannot move.

    A session beside which nothing else goes on exchanges places with what comes before (or after) it in the day: a session,
    or several parallel ones, which move together. One that has others beside it exchanges places with its neighbour in the
    same room. Raises KeyError when there is no such session.
    """
    chosen = {slot.id: slot for slot in slots}[session_id]
    beside = [slot for slot in slots if slot.id != session_id and programme.meet(slot, chosen)]
    row: list[Block] = (
        [[slot] for slot in programme.in_order(_same_room(slots, chosen))] if beside else blocks_of(slots)
    )
    place = next(number for number, block in enumerate(row) if chosen in block)
    other = place - 1 if earlier else place + 1
    if not 0 <= other < len(row) or _overlap(row[place], row[other]):
        return None
    first, second = (row[other], row[place]) if earlier else (row[place], row[other])
    return {slot.id: (slot.starts_at, slot.ends_at) for slot in _exchanged(first, second)}


def blocks_of(slots: Sequence[programme.ScheduledSession]) -> list[Block]:
    """Return the sessions of a day as blocks that follow one another: what overlaps, directly or by others, is one block."""
    blocks: list[Block] = []
    until = time.min
    for slot in programme.in_order(slots):
        if blocks and slot.starts_at < until:
            blocks[-1].append(slot)
            until = max(until, slot.ends_at)
        else:
            blocks.append([slot])
            until = slot.ends_at
    return blocks


def _same_room(
    slots: Sequence[programme.ScheduledSession], chosen: programme.ScheduledSession
) -> list[programme.ScheduledSession]:
    return [slot for slot in slots if slot.room_id == chosen.room_id]


def _overlap(one: Block, other: Block) -> bool:
    """Say whether neighbours overlap: then there is no before and after to exchange, and the times are to be mended."""
    return any(programme.meet(first, second) for first in one for second in other)


def _exchanged(first: Block, second: Block) -> Block:
    """Return both blocks with the second first; `first` ends before `second` starts."""
    back = _start(second) - _start(first)
    forward = _end(second) - _end(first)
    return [*(_shifted(slot, -back) for slot in second), *(_shifted(slot, forward) for slot in first)]


def _shifted(slot: programme.ScheduledSession, minutes: int) -> programme.ScheduledSession:
    return replace(
        slot,
        starts_at=programme.time_of(programme.minutes_of(slot.starts_at) + minutes),
        ends_at=programme.time_of(programme.minutes_of(slot.ends_at) + minutes),
    )


def _start(block: Block) -> int:
    return min(programme.minutes_of(slot.starts_at) for slot in block)


def _end(block: Block) -> int:
    return max(programme.minutes_of(slot.ends_at) for slot in block)


#: with more rooms than this a page puts them one after another: columns would be too narrow to read
MOST_COLUMNS = 6


@dataclass(frozen=True)
class Placed:
    """A session and its column, counted from 1; 0: over all columns."""

    slot: programme.ScheduledSession
    column: int


@dataclass(frozen=True)
class Row:
    """The sessions that begin at one time."""

    starts_at: time
    placed: Sequence[Placed]


def columns_of(slots: Sequence[programme.ScheduledSession], room_ids: Sequence[int]) -> dict[int, int]:
    """Return the column of each room that a day uses, in the order of `room_ids`; none unless there are two to six."""
    used = {slot.room_id for slot in slots}
    columns = {room_id: number for number, room_id in enumerate([each for each in room_ids if each in used], 1)}
    return columns if 1 < len(columns) <= MOST_COLUMNS else {}


def rows_of(slots: Sequence[programme.ScheduledSession], columns: dict[int, int]) -> list[Row]:
    """Return the sessions of a day by the time at which they begin, in each row by column."""
    rows: dict[time, list[Placed]] = {}
    for slot in programme.in_order(slots):
        rows.setdefault(slot.starts_at, []).append(Placed(slot, columns.get(slot.room_id or 0, 0)))
    return [Row(starts_at, sorted(placed, key=lambda each: each.column)) for starts_at, placed in rows.items()]


#: lines that are read at once
MOST_LINES = 100

_LINE = re.compile(
    r"""(?P<start>[\d:.h ]{3,8}?) \s* (?:-|–|—|\bto\b|\ba\b) \s* (?P<end>\d[\d:.h]{2,5}(?:\s*h\b)?) \s+ (?P<rest>\S.*)""",
    re.ASCII | re.VERBOSE,
)
#: the first words that make a line a break, folded; whoever means something else says so on the session's page
_BREAKS = frozenset({
    "arrival", "break", "breakfast", "coffee", "dinner", "lunch", "registration",
    "almuerzo", "cafe", "cena", "comida", "desayuno", "pausa", "receso", "recepcion", "refrigerio", "registro",
})  # fmt: skip


@dataclass(frozen=True)
class LineSession:
    """A line that was understood. `room` is a name as typed, empty: for everybody."""

    number: int
    starts_at: time
    ends_at: time
    title: LocalizedText
    kind: programme.SessionKind
    room: str = ""


@dataclass(frozen=True)
class Lines:
    """What a text says: the sessions in it, and the numbers of the lines that say none."""

    sessions: Sequence[LineSession] = ()
    not_understood: Sequence[int] = ()
    #: names of rooms that the event does not have, as typed
    unknown_rooms: Sequence[str] = field(default_factory=tuple)


def read_lines(text: str, languages: Sequence[str], rooms: Mapping[str, int]) -> Lines:
    """Read sessions out of lines. Titles stand in the order of `languages`, with "|" between them; empty lines are passed over.

    `rooms` are the folded names of the event's rooms. Lines after the hundredth are not understood.
    """
    sessions: list[LineSession] = []
    wrong: list[int] = []
    unknown: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if is_blank(line):
            continue
        found = _read(number, line, languages) if number <= MOST_LINES else None
        if found is None:
            wrong.append(number)
        elif found.room and folded(found.room) not in rooms:
            unknown.setdefault(found.room)
            wrong.append(number)
        else:
            sessions.append(found)
    return Lines(sessions, wrong, list(unknown))


def _read(number: int, line: str, languages: Sequence[str]) -> LineSession | None:
    # Stripped before: blanks that both the margin and the hour could take would be tried in every combination.
    found = _LINE.fullmatch(line.replace("\t", " ").strip())
    if found is None:
        return None
    starts_at, ends_at = read_clock(found["start"]), read_clock(found["end"])
    titles, _at, room = found["rest"].rpartition(" @ ") if " @ " in found["rest"] else (found["rest"], "", "")
    parts = [" ".join(part.split()) for part in titles.split("|")]
    if starts_at is None or ends_at is None or starts_at >= ends_at or len(parts) > len(languages):
        return None
    title = {language: part for language, part in zip(languages, parts, strict=False) if not is_blank(part)}
    if not title or any(fault_of(part, LONGEST_TITLE, is_line=True) for part in title.values()):
        return None
    room = tidied(room)
    if fault_of(room, LONGEST_ROOM_NAME, is_line=True):
        return None
    return LineSession(number, starts_at, ends_at, title, _kind_of(title), room)


def _kind_of(title: LocalizedText) -> programme.SessionKind:
    is_break = any(_BREAKS & {folded(text).split(" ")[0].strip(",.:;")} for text in title.values())
    return programme.SessionKind.BREAK if is_break else programme.SessionKind.SESSION
