"""The one list of registrations: its filters, order and pages, for the screen, exports and runs alike."""

from eventreg.review.listing.counting import Counts
from eventreg.review.listing.facets import Counted, Facet
from eventreg.review.listing.given import Given
from eventreg.review.listing.pages import Page, RegistrationList
from eventreg.review.listing.rows import Row
from eventreg.review.listing.shape import get_shape
from eventreg.review.rules.listing import PAGE_SIZE

__all__ = [
    "PAGE_SIZE",
    "Counted",
    "Counts",
    "Facet",
    "Given",
    "Page",
    "RegistrationList",
    "Row",
    "get_shape",
]
