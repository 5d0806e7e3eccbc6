"""How a list of people is narrowed by their answers."""

from __future__ import annotations

import enum


class Seeking(enum.Enum):
    """What can be asked of the answers of one kind of question."""

    #: nothing: nobody answers it
    NOT = "not"
    #: whether there is an answer, and no more
    PRESENCE = "presence"
    #: one of several values
    CHOICE = "choice"
    #: a text, compared without accents and case
    TEXT = "text"
    NUMBER = "number"
    #: ISO 8601
    DATE = "date"
    #: like "14:30"
    TIME = "time"

    @property
    def has_ranges(self) -> bool:
        """Whether answers lie between two others."""
        return self in (Seeking.NUMBER, Seeking.DATE, Seeking.TIME)
