"""How the registrations of a category are confirmed, and when it takes any."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class ApprovalRule(enum.Enum):
    """Who confirms a registration of the category."""

    AT_ONCE = "at_once"
    BY_ORGANIZER = "by_organizer"


@dataclass(frozen=True)
class Window:
    """When registrations are taken: from one instant to another, which is late already. None of them where both meet."""

    opens_at: datetime
    closes_at: datetime

    @property
    def is_empty(self) -> bool:
        """Whether it never opens."""
        return self.opens_at >= self.closes_at

    def cut_to(self, opens_at: datetime | None, closes_at: datetime | None) -> Window:
        """Return what of this window, an event's, a category keeps by its own dates: never more than the event gives."""
        return Window(max(self.opens_at, opens_at or self.opens_at), min(self.closes_at, closes_at or self.closes_at))
