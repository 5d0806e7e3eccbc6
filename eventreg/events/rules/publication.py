"""Whether an event is public."""

from __future__ import annotations

import enum


class Publication(enum.Enum):
    """Whether the public sees an event."""

    DRAFT = "draft"
    PUBLISHED = "published"
