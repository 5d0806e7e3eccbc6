"""What people registered and how they come in, as parts of an event that can be taken out and put in."""

from eventreg.registration.parts.message_texts import MessageTextsPart
from eventreg.registration.parts.registrations import RegistrationsPart
from eventreg.registration.parts.ways_in import AccessCodesPart, InvitationsPart

__all__ = ["AccessCodesPart", "InvitationsPart", "MessageTextsPart", "RegistrationsPart"]
