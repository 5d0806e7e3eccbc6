"""eventreg: registration for policy seminars and meetings.

`create_app` is imported lazily, so that `eventreg.<room>.rules` can be imported, tested and read without Flask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["create_app"]


def create_app(**settings: Any) -> Flask:
    """Build the whole application. See `eventreg.app.create_app` for what `settings` may hold."""
    from eventreg.app import create_app as build

    return build(**settings)
