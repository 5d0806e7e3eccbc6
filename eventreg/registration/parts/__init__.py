"""What people registered, as a part of an event that can be taken out and put in."""

from eventreg.registration.parts.registrations import RegistrationsPart

__all__ = ["RegistrationsPart"]
