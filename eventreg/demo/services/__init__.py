"""Loading the demo: the seminar itself, and fictional registrations to try and measure with."""

from eventreg.demo.services.loading import Loaded, find_seminar, load_seminar
from eventreg.demo.services.registrations import add_registrations

__all__ = ["Loaded", "add_registrations", "find_seminar", "load_seminar"]
