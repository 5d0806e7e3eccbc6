"""What institutions are at an event."""

from __future__ import annotations

import enum


class PartnerRole(enum.Enum):
    """What an institution is at an event, in the order in which pages name them."""

    HOST = "host"
    CO_ORGANIZER = "co_organizer"
    FUNDER = "funder"
    PARTNER = "partner"
