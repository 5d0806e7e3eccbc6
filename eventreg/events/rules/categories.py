"""How the registrations of a category are confirmed."""

from __future__ import annotations

import enum


class ApprovalRule(enum.Enum):
    """Who confirms a registration of the category."""

    AT_ONCE = "at_once"
    BY_ORGANIZER = "by_organizer"
