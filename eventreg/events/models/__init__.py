"""The tables of events, by subject: the event, its programme, its institutions, its categories, its team."""

from eventreg.events.models.event import (
    TO_BE_MADE,
    Category,
    Event,
    PrivacyNotice,
    TeamInvitation,
    TeamMember,
    TextVersion,
)
from eventreg.events.models.programme import (
    ContactPerson,
    EventDay,
    Material,
    Partner,
    ProgrammeSession,
    Room,
    SessionOutcome,
    SessionPerson,
    Speaker,
)

__all__ = [
    "TO_BE_MADE",
    "Category",
    "ContactPerson",
    "Event",
    "EventDay",
    "Material",
    "Partner",
    "PrivacyNotice",
    "ProgrammeSession",
    "Room",
    "SessionOutcome",
    "SessionPerson",
    "Speaker",
    "TeamInvitation",
    "TeamMember",
    "TextVersion",
]
