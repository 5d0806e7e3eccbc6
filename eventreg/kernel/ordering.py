"""Rows that stand in an order of their own."""

from collections.abc import Sequence
from typing import Protocol


class Positioned(Protocol):
    """A row with a place among its siblings."""

    position: int


def move_in_order(siblings: Sequence[Positioned], index: int, step: int) -> bool:
    """Number `siblings` in their order, the one at `index` having changed places with its neighbour.

    `step` -1 is towards the first, 1 towards the last. False, with nothing changed, where there is no neighbour.
    """
    other = index + (1 if step > 0 else -1)
    if not 0 <= other < len(siblings):
        return False
    order = list(siblings)
    order[index], order[other] = order[other], order[index]
    for position, sibling in enumerate(order, 1):
        sibling.position = position
    return True
