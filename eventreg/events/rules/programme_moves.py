"""Putting a session before or after its neighbour without dragging: they exchange places, and their times follow.

Every session keeps its duration, and the pause between the two stays: so the stretch that both take together stays what it
was, and no other session has to give way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

from eventreg.events.rules.programme_checks import Slot, in_order, meet, minutes_of, time_of

#: a session, or several that go on at the same time, which are passed as one
Block = list[Slot]


def moved(slots: Sequence[Slot], session_id: int, *, earlier: bool) -> dict[int, tuple[time, time]] | None:
    """Return the new hours, by id, of the sessions of a day that change when one is moved; None when it cannot move.

    A session beside which nothing else goes on exchanges places with what comes before (or after) it in the day: a session,
    or several parallel ones, which move together. One that has others beside it exchanges places with its neighbour in the
    same room. Raises KeyError when there is no such session.
    """
    chosen = {slot.id: slot for slot in slots}[session_id]
    beside = [slot for slot in slots if slot.id != session_id and meet(slot, chosen)]
    row: list[Block] = [[slot] for slot in in_order(_same_room(slots, chosen))] if beside else blocks_of(slots)
    place = next(number for number, block in enumerate(row) if chosen in block)
    other = place - 1 if earlier else place + 1
    if not 0 <= other < len(row) or _overlap(row[place], row[other]):
        return None
    first, second = (row[other], row[place]) if earlier else (row[place], row[other])
    return {slot.id: (slot.starts_at, slot.ends_at) for slot in _exchanged(first, second)}


def blocks_of(slots: Sequence[Slot]) -> list[Block]:
    """Return the sessions of a day as blocks that follow one another: what overlaps, directly or by others, is one block."""
    blocks: list[Block] = []
    until = time.min
    for slot in in_order(slots):
        if blocks and slot.starts_at < until:
            blocks[-1].append(slot)
            until = max(until, slot.ends_at)
        else:
            blocks.append([slot])
            until = slot.ends_at
    return blocks


def _same_room(slots: Sequence[Slot], chosen: Slot) -> list[Slot]:
    return [slot for slot in slots if slot.room_id == chosen.room_id]


def _overlap(one: Block, other: Block) -> bool:
    """Say whether neighbours overlap: then there is no before and after to exchange, and the times are to be mended."""
    return any(meet(first, second) for first in one for second in other)


def _exchanged(first: Block, second: Block) -> Block:
    """Return both blocks with the second first; `first` ends before `second` starts."""
    back = _start(second) - _start(first)
    forward = _end(second) - _end(first)
    return [*(_shifted(slot, -back) for slot in second), *(_shifted(slot, forward) for slot in first)]


def _shifted(slot: Slot, minutes: int) -> Slot:
    return replace(
        slot,
        starts_at=time_of(minutes_of(slot.starts_at) + minutes),
        ends_at=time_of(minutes_of(slot.ends_at) + minutes),
    )


def _start(block: Block) -> int:
    return min(minutes_of(slot.starts_at) for slot in block)


def _end(block: Block) -> int:
    return max(minutes_of(slot.ends_at) for slot in block)
