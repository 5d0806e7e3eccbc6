"""The tables of registrations, by subject."""

from eventreg.registration.models.places import (
    AccessCode as AccessCode,
    Invitation as Invitation,
    OptionPlace as OptionPlace,
    Place as Place,
    SavedForm as SavedForm,
    SessionPlace as SessionPlace,
    UsedForm as UsedForm,
)
from eventreg.registration.models.registration import (
    AddressChange as AddressChange,
    Answer as Answer,
    AnswerRequest as AnswerRequest,
    Consent as Consent,
    Decision as Decision,
    ErasedRegistration as ErasedRegistration,
    ErasureRequest as ErasureRequest,
    MessageText as MessageText,
    Registration as Registration,
    Upload as Upload,
)
