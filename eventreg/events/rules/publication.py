"""What state an event is in, and what that means for its pages."""

from __future__ import annotations

import enum


class Publication(enum.Enum):
    """Where an event is between being prepared and being kept."""

    #: only the team sees it, and whoever has the preview link
    DRAFT = "draft"
    #: public; registration opens and closes by its dates
    PUBLISHED = "published"
    #: public; nobody can register, whatever the dates say
    REGISTRATION_CLOSED = "registration_closed"
    #: public, and says that it does not take place; everybody registered was told
    CANCELLED = "cancelled"
    #: over: public with its materials and conclusions, and nothing of it changes any more
    ARCHIVED = "archived"


#: the states in which the public sees an event
PUBLIC = frozenset(
    {Publication.PUBLISHED, Publication.REGISTRATION_CLOSED, Publication.CANCELLED, Publication.ARCHIVED}
)
