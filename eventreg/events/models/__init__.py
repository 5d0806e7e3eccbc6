"""The tables of events, by subject: the event, its programme, its institutions, its categories, its team."""

from eventreg.events.models.category import Category
from eventreg.events.models.event import EVENT, OWN, Event, PrivacyNotice, columns_kept, named_columns
from eventreg.events.models.institutions import Partner
from eventreg.events.models.programme import (
    EventDay,
    Material,
    ProgrammeSession,
    Room,
    SessionOutcome,
    SessionPerson,
    Speaker,
)
from eventreg.events.models.team import TeamInvitation, TeamMember
from eventreg.events.models.texts import TextVersion

__all__ = [
    "EVENT",
    "OWN",
    "Category",
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
    "columns_kept",
    "named_columns",
]
