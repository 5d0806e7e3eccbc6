"""The tables of registrations, by subject."""

from eventreg.registration.models.answers import Answer, Consent, Upload
from eventreg.registration.models.decisions import Decision
from eventreg.registration.models.places import Place, SessionPlace
from eventreg.registration.models.registration import AddressChange, Registration

__all__ = ["AddressChange", "Answer", "Consent", "Decision", "Place", "Registration", "SessionPlace", "Upload"]
