"""An exception for a log or a column: its kind and place, never its message, which can hold anybody's data."""

from __future__ import annotations

import traceback
from pathlib import Path

_OURS = Path(__file__).resolve().parent.parent


def described(error: BaseException) -> str:
    """Return like "ValueError at eventreg/mail/rules/headers.py:41": the innermost of our lines that it passed through."""
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(_OURS):
            place = f" at {path.relative_to(_OURS.parent)}:{frame.lineno}"
    return f"{type(error).__name__}{place}"


def traced(error: BaseException) -> str:
    """Return the whole way that an exception took, and that of what caused it, as lines for a log."""
    shown: list[str] = []
    current: BaseException | None = error
    while current is not None and len(shown) < 10:
        shown.append("".join(traceback.format_tb(current.__traceback__)) + type(current).__name__)
        current = current.__cause__ or current.__context__
    return "\ncaused by\n".join(shown)
