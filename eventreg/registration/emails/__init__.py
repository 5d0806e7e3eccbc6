"""What the system writes to participants and to the contact person, and how it gets into the outbox.

Every message is a class on `messages.Message`, in the module of the kind of act that it tells of.
"""

from eventreg.registration.emails.about_registration import News, RequestWording
from eventreg.registration.emails.addresses import (
    CONFIRM_ADDRESS,
    EARLIER_ANSWERS,
    ERASE,
    OWN_PAGE,
    SAVED_FORM,
    VERIFY,
)
from eventreg.registration.emails.composing import (
    contact_message,
    messages_of,
    note_invited,
    participant_message,
    sequence_of,
    tell,
)
from eventreg.registration.emails.messages import every_message, find_message
from eventreg.registration.emails.occasions import Occasion

__all__ = [
    "CONFIRM_ADDRESS",
    "EARLIER_ANSWERS",
    "ERASE",
    "OWN_PAGE",
    "SAVED_FORM",
    "VERIFY",
    "News",
    "Occasion",
    "RequestWording",
    "contact_message",
    "every_message",
    "find_message",
    "messages_of",
    "note_invited",
    "participant_message",
    "sequence_of",
    "tell",
]
