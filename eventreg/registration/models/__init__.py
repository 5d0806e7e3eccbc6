"""The tables of registrations, by subject."""

from eventreg.registration.models.answers import Answer, Consent, Upload
from eventreg.registration.models.decisions import Decision
from eventreg.registration.models.places import OptionPlace, Place, SessionPlace
from eventreg.registration.models.registration import AddressChange, Registration
from eventreg.registration.models.requests import AnswerRequest
from eventreg.registration.models.texts import MessageText
from eventreg.registration.models.ways_in import AccessCode, Invitation, SavedForm, UsedForm
from eventreg.registration.rules.requests import RequestKind

__all__ = [
    "AccessCode",
    "AddressChange",
    "Answer",
    "AnswerRequest",
    "Consent",
    "Decision",
    "Invitation",
    "MessageText",
    "OptionPlace",
    "Place",
    "Registration",
    "RequestKind",
    "SavedForm",
    "SessionPlace",
    "Upload",
    "UsedForm",
]
