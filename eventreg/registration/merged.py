"""Into which registration one was merged, asked by this room and answered by the room above that knows.

This room declares; the assembly plugs in.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, current_app

_EXTENSION = "eventreg_merged"

#: takes the id of a registration, returns the reference of the one that it was merged into
Finder = Callable[[int], str | None]


def init_merged(app: Flask, find: Finder) -> None:
    """Have `app` ask `find`."""
    app.extensions[_EXTENSION] = find


def find_merged_into(registration_id: int) -> str | None:
    """Return the reference of the registration that this one was merged into; None for any other."""
    find: Finder | None = current_app.extensions.get(_EXTENSION)
    return find(registration_id) if find is not None else None
