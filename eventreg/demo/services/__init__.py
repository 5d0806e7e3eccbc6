"""Loading the demo: the seminar itself, and fictional registrations to try and measure with."""

from eventreg.demo.services.registrations import Loaded, add_registrations, find_seminar, load_seminar

__all__ = ["Loaded", "add_registrations", "find_seminar", "load_seminar"]
