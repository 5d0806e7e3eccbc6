"""The attendee list: its fields, its rows and pages."""

from eventreg.attendees.fields import Cell, ListField
from eventreg.attendees.fields.offer import ListOf, OfferedQuestion, Words
from eventreg.attendees.listing.counting import Counts, Facet, kept_while
from eventreg.attendees.listing.fixed import COLUMNS, FILTERS, IN_EXPORTS, PANEL, PANEL_FIRST, Status, Way
from eventreg.attendees.listing.pages import BESIDE, RegistrationList, put_marks
from eventreg.attendees.listing.ready_made import READY_MADE, ReadyMade
from eventreg.attendees.listing.shape import ListShape, ListWords, get_shape, read_state

__all__ = [
    "BESIDE",
    "COLUMNS",
    "FILTERS",
    "IN_EXPORTS",
    "PANEL",
    "PANEL_FIRST",
    "READY_MADE",
    "Cell",
    "Counts",
    "Facet",
    "ListField",
    "ListOf",
    "ListShape",
    "ListWords",
    "OfferedQuestion",
    "ReadyMade",
    "RegistrationList",
    "Status",
    "Way",
    "Words",
    "get_shape",
    "kept_while",
    "put_marks",
    "read_state",
]
