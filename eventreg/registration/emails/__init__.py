"""What the system writes to participants and to the contact person, and how it gets into the outbox.

Every message is a class on `messages.Message`, in the module of the kind of act that it tells of.
"""

from eventreg.registration.emails.about_registration import News as News, RequestWording as RequestWording
from eventreg.registration.emails.addresses import (
    CONFIRM_ADDRESS as CONFIRM_ADDRESS,
    EARLIER_ANSWERS as EARLIER_ANSWERS,
    ERASE as ERASE,
    OWN_PAGE as OWN_PAGE,
    SAVED_FORM as SAVED_FORM,
    VERIFY as VERIFY,
)
from eventreg.registration.emails.composing import (
    contact_message as contact_message,
    messages_of as messages_of,
    note_invited as note_invited,
    participant_message as participant_message,
    sequence_of as sequence_of,
    tell as tell,
)
from eventreg.registration.emails.messages import every_message as every_message, find_message as find_message
from eventreg.registration.emails.occasions import Occasion as Occasion
