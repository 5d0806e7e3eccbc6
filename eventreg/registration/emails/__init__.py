"""What the system writes to participants and to the contact person, and how it gets into the outbox."""

from eventreg.registration.emails.calendar_parts import note_invited, sequence_of
from eventreg.registration.emails.composing import (
    CONFIRM_ADDRESS,
    OWN_PAGE,
    VERIFY,
    News,
    contact_message,
    participant_message,
    tell,
)
from eventreg.registration.emails.event_contact import event_contact_message
from eventreg.registration.emails.messages import Message
from eventreg.registration.emails.occasions import Occasion
from eventreg.registration.emails.request_words import RequestWording

__all__ = [
    "CONFIRM_ADDRESS",
    "OWN_PAGE",
    "VERIFY",
    "Message",
    "News",
    "Occasion",
    "RequestWording",
    "contact_message",
    "event_contact_message",
    "note_invited",
    "participant_message",
    "sequence_of",
    "tell",
]
