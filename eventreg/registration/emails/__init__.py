"""What the system writes to participants and to the contact person, and how it gets into the outbox.

Every message is a class on `messages.Message`, in the module of the kind of act that it tells of.
"""

from eventreg.registration.emails import (
    addresses,
    asking,
    by_team,
    changing,
    deciding,
    inviting,
    registering,
    whole_event,
)
from eventreg.registration.emails.about_registration import News, RequestWording
from eventreg.registration.emails.addresses import CONFIRM_ADDRESS, EARLIER_ANSWERS, OWN_PAGE, SAVED_FORM, VERIFY
from eventreg.registration.emails.calendar_parts import note_invited, sequence_of
from eventreg.registration.emails.composing import contact_message, participant_message, tell
from eventreg.registration.emails.messages import every_message, find_message
from eventreg.registration.emails.occasions import Occasion

__all__ = [
    "CONFIRM_ADDRESS",
    "EARLIER_ANSWERS",
    "OWN_PAGE",
    "SAVED_FORM",
    "VERIFY",
    "News",
    "Occasion",
    "RequestWording",
    "addresses",
    "asking",
    "by_team",
    "changing",
    "contact_message",
    "deciding",
    "every_message",
    "find_message",
    "inviting",
    "note_invited",
    "participant_message",
    "registering",
    "sequence_of",
    "tell",
    "whole_event",
]
