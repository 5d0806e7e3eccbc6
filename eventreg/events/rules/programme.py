"""What a programme is made of."""

from __future__ import annotations

import enum


class SessionKind(enum.Enum):
    """What an item of the programme is."""

    SESSION = "session"
    BREAK = "break"
