"""What a programme is made of."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import time
from typing import Protocol


class SessionKind(enum.Enum):
    """What an item of the programme is."""

    SESSION = "session"
    PANEL = "panel"
    KEYNOTE = "keynote"
    WORKSHOP = "workshop"
    CEREMONY = "ceremony"
    VISIT = "visit"
    BREAK = "break"


class SpeakerRole(enum.Enum):
    """What a person does in a session, in the order in which pages name them."""

    MODERATOR = "moderator"
    SPEAKER = "speaker"
    PANELLIST = "panellist"
    RAPPORTEUR = "rapporteur"


class MaterialAudience(enum.Enum):
    """Who can open a material once it is released."""

    EVERYBODY = "everybody"
    #: whoever holds a confirmed registration, and the team
    CONFIRMED = "confirmed"


class OutcomeKind(enum.Enum):
    """What a session leaves behind."""

    REMARK = "remark"
    RECOMMENDATION = "recommendation"


class Hours(Protocol):
    """Something that begins and ends at wall-clock times: a day of an event."""

    @property
    def starts_at(self) -> time:
        """When it begins."""

    @property
    def ends_at(self) -> time:
        """When it ends."""


def common_hours(days: Iterable[Hours]) -> tuple[time, time] | None:
    """Return the hours that all days have in common, or None where they differ: the programme says it then."""
    hours = {(day.starts_at, day.ends_at) for day in days}
    return hours.pop() if len(hours) == 1 else None
