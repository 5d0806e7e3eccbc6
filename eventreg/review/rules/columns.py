"""The columns of the list of registrations: those of the screen, and those that begin every export."""

from __future__ import annotations

import enum

from eventreg.review.rules.listing import Order


class Column(enum.Enum):
    """A fixed column. An export has one more for each question."""

    PERSON = "person"
    INSTITUTION = "institution"
    CATEGORY = "category"
    STATUS = "status"
    RECEIVED = "received"
    REFERENCE = "reference"
    LANGUAGE = "language"


ON_SCREEN = (Column.PERSON, Column.INSTITUTION, Column.CATEGORY, Column.STATUS, Column.RECEIVED)
IN_EXPORTS = (Column.REFERENCE, Column.STATUS, Column.CATEGORY, Column.RECEIVED, Column.LANGUAGE)

#: what a column's head orders the list by
ORDER_OF = {
    Column.PERSON: Order.NAME,
    Column.INSTITUTION: Order.INSTITUTION,
    Column.STATUS: Order.STATUS,
    Column.RECEIVED: Order.RECEIVED,
}
