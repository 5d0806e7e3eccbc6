"""The one list of registrations: its filters, order and pages, for the screen, exports and runs alike."""

from eventreg.review.queries.listing.conditions import has_trouble
from eventreg.review.queries.listing.counting import Counts
from eventreg.review.queries.listing.facets import Counted, Facet
from eventreg.review.queries.listing.given import Given
from eventreg.review.queries.listing.pages import Page, RegistrationList
from eventreg.review.queries.listing.rows import Row
from eventreg.review.queries.listing.shape import get_shape
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
    "has_trouble",
]
