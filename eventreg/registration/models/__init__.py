"""The tables of registrations, by subject."""

from eventreg.registration.models.answers import Answer, Consent, Upload
from eventreg.registration.models.places import (
    AccessCode,
    Invitation,
    OptionPlace,
    Place,
    SavedForm,
    SessionPlace,
    UsedForm,
)
from eventreg.registration.models.registration import AddressChange, AnswerRequest, Decision, MessageText, Registration

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
    "SavedForm",
    "SessionPlace",
    "Upload",
    "UsedForm",
]
