"""A day's programme as a page lays it out: what begins at the same time stands in one row, each room in its column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from eventreg.events.rules.programme_checks import Slot, in_order

#: with more rooms than this a page puts them one after another: columns would be too narrow to read
MOST_COLUMNS = 6


@dataclass(frozen=True)
class Placed:
    """A session and its column, counted from 1; 0: over all columns."""

    slot: Slot
    column: int


@dataclass(frozen=True)
class Row:
    """The sessions that begin at one time."""

    starts_at: time
    placed: Sequence[Placed]


def columns_of(slots: Sequence[Slot], room_ids: Sequence[int]) -> dict[int, int]:
    """Return the column of each room that a day uses, in the order of `room_ids`; none unless there are two to six."""
    used = {slot.room_id for slot in slots}
    columns = {room_id: number for number, room_id in enumerate([each for each in room_ids if each in used], 1)}
    return columns if 1 < len(columns) <= MOST_COLUMNS else {}


def rows_of(slots: Sequence[Slot], columns: dict[int, int]) -> list[Row]:
    """Return the sessions of a day by the time at which they begin, in each row by column."""
    rows: dict[time, list[Placed]] = {}
    for slot in in_order(slots):
        rows.setdefault(slot.starts_at, []).append(Placed(slot, columns.get(slot.room_id or 0, 0)))
    return [Row(starts_at, sorted(placed, key=lambda each: each.column)) for starts_at, placed in rows.items()]
