"""The tables of events, by subject: the event, its programme, its institutions, its categories, its team."""

from eventreg.events.models.category import Category
from eventreg.events.models.event import Event, PrivacyNotice
from eventreg.events.models.institutions import Partner
from eventreg.events.models.programme import EventDay, ProgrammeSession
from eventreg.events.models.team import TeamMember

__all__ = [
    "Category",
    "Event",
    "EventDay",
    "Partner",
    "PrivacyNotice",
    "ProgrammeSession",
    "TeamMember",
]
