"""The tables of registrations, by subject."""

from eventreg.registration.models.places import (
    AccessCode,
    Invitation,
    OptionPlace,
    Place,
    SavedForm,
    SessionPlace,
    UsedForm,
)
from eventreg.registration.models.registration import (
    AddressChange,
    Answer,
    AnswerRequest,
    Consent,
    Decision,
    ErasedRegistration,
    ErasureRequest,
    MessageText,
    Registration,
    Upload,
)

__all__ = [
    "AccessCode",
    "AddressChange",
    "Answer",
    "AnswerRequest",
    "Consent",
    "Decision",
    "ErasedRegistration",
    "ErasureRequest",
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
