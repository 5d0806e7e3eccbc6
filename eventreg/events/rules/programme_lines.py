"""A whole day as lines of text: "09:00–09:30 Opening | Apertura @ Main hall"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time

from eventreg.events.rules.moments import read_clock
from eventreg.events.rules.programme import SessionKind
from eventreg.events.rules.programme_entries import LONGEST_ROOM_NAME, LONGEST_TITLE
from eventreg.kernel.text import LocalizedText, folded
from eventreg.kernel.typed import fault_of, is_blank, tidied

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
    kind: SessionKind
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


def _kind_of(title: LocalizedText) -> SessionKind:
    is_break = any(_BREAKS & {folded(text).split(" ")[0].strip(",.:;")} for text in title.values())
    return SessionKind.BREAK if is_break else SessionKind.SESSION
