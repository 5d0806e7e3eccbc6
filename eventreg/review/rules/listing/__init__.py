"""What a list of registrations shows, in which order and from where."""

from eventreg.review.rules.columns import ANSWER
from eventreg.review.rules.listing.fields import Field
from eventreg.review.rules.listing.reading import read_state
from eventreg.review.rules.listing.shape import (
    DOUBT,
    MAIL,
    STATUS_ORDER,
    YES,
    ListShape,
    OfferedQuestion,
    OfferedTag,
)
from eventreg.review.rules.listing.state import PAGE_SIZE, RECEIVED, Cursor, Filter, ListState
from eventreg.review.rules.listing.terms import (
    IS_ANSWERED,
    IS_EMPTY,
    Term,
    Test,
    between,
    contains,
    is_,
    is_not,
    read_term,
)
from eventreg.review.rules.listing.unanswered import Unanswered

__all__ = [
    "ANSWER",
    "DOUBT",
    "IS_ANSWERED",
    "IS_EMPTY",
    "MAIL",
    "PAGE_SIZE",
    "RECEIVED",
    "STATUS_ORDER",
    "YES",
    "Cursor",
    "Field",
    "Filter",
    "ListShape",
    "ListState",
    "OfferedQuestion",
    "OfferedTag",
    "Term",
    "Test",
    "Unanswered",
    "between",
    "contains",
    "is_",
    "is_not",
    "read_state",
    "read_term",
]
