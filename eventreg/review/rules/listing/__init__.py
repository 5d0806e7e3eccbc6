"""What a list of registrations shows, in which order and from where, as addresses write it."""

from eventreg.registration.rules.states import Status
from eventreg.review.rules.columns import ANSWER, RECEIVED
from eventreg.review.rules.listing.state import PAGE_SIZE, Cursor, Filter, ListState
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
    "Filter",
    "ListState",
    "Term",
    "Test",
    "Unanswered",
    "between",
    "contains",
    "is_",
    "is_not",
    "read_term",
]

#: how statuses follow one another in a list: what waits for a decision comes first
STATUS_ORDER = (
    Status.PENDING,
    Status.WAITLISTED,
    Status.CONFIRMED,
    Status.DECLINED,
    Status.CANCELLED,
    Status.UNVERIFIED,
)
YES, MAIL, DOUBT = "yes", "mail", "doubt"
