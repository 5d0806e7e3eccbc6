"""How much each category is asked, asked by this room and answered by the room above that knows.

This room declares; the assembly plugs in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from flask import Flask, current_app

_EXTENSION = "eventreg_asked"


class CountAsked(Protocol):
    """What the room of questions knows."""

    def __call__(self, event_id: int, category_keys: Collection[str]) -> Mapping[str, int]:
        """Return how many questions people of each category are asked, by its key; nothing before any were published."""


def init_asked(app: Flask, count_asked: CountAsked) -> None:
    """Plug in who answers."""
    app.extensions[_EXTENSION] = count_asked


def count_asked(event_id: int, category_keys: Collection[str]) -> Mapping[str, int]:
    """Return how many questions people of each category are asked; nothing where no room answers."""
    found: CountAsked | None = current_app.extensions.get(_EXTENSION)
    return found(event_id, category_keys) if found is not None else {}
