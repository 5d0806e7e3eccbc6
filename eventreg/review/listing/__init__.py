"""The one list of registrations: its fields, filters, order and pages, for the screen, exports and runs alike."""

from eventreg.review.listing.counting import Counted, Counts, Facet
from eventreg.review.listing.fields import ListField
from eventreg.review.listing.offer import ListOf, OfferedQuestion, OfferedTag
from eventreg.review.listing.pages import Page, RegistrationList, put_marks
from eventreg.review.listing.reading import read_state
from eventreg.review.listing.shape import ListShape, ListWords, get_shape

__all__ = [
    "Counted",
    "Counts",
    "Facet",
    "ListField",
    "ListOf",
    "ListShape",
    "ListWords",
    "OfferedQuestion",
    "OfferedTag",
    "Page",
    "RegistrationList",
    "get_shape",
    "put_marks",
    "read_state",
]
