"""The tables of events, by subject: the event, its programme, its institutions, its categories, its team."""

from eventreg.events.models.event import (
    TO_BE_MADE as TO_BE_MADE,
    Category as Category,
    Event as Event,
    PrivacyNotice as PrivacyNotice,
    TeamInvitation as TeamInvitation,
    TeamMember as TeamMember,
    TextVersion as TextVersion,
)
from eventreg.events.models.programme import (
    ContactPerson as ContactPerson,
    EventDay as EventDay,
    Material as Material,
    Partner as Partner,
    ProgrammeSession as ProgrammeSession,
    Room as Room,
    SessionOutcome as SessionOutcome,
    SessionPerson as SessionPerson,
    Speaker as Speaker,
)
