"""The columns of the list of registrations: fixed ones, and one for each question."""

from __future__ import annotations

import enum

#: how addresses begin what they call a question's field or column
ANSWER = "answer."


class Column(enum.Enum):
    """A fixed column."""

    PERSON = "person"
    REFERENCE = "reference"
    INSTITUTION = "institution"
    POSITION = "position"
    COUNTRY = "country"
    CATEGORY = "category"
    STATUS = "status"
    RECEIVED = "received"
    #: when the status changed last
    CHANGED = "changed"
    LANGUAGE = "language"
    BADGE_NAME = "badge_name"
    EMAIL = "email"
    PHONE = "phone"
    WAY = "way"
    TAGS = "tags"
    NOTES = "notes"


#: what a list shows unless its state says otherwise
ON_SCREEN = (Column.PERSON, Column.INSTITUTION, Column.CATEGORY, Column.STATUS, Column.RECEIVED)
IN_EXPORTS = (Column.REFERENCE, Column.STATUS, Column.CATEGORY, Column.RECEIVED, Column.LANGUAGE)
#: for those only who may see contact data
CONTACT_DATA = (Column.EMAIL, Column.PHONE)
#: whose natural beginning is the newest
_NEWEST_FIRST = (Column.RECEIVED, Column.CHANGED)


def answer_column(key: str) -> str:
    """Return how an address names the column of a question."""
    return f"{ANSWER}{key}"


def is_newest_first(column: str) -> bool:
    """Say whether ordering by a column begins at its end."""
    return column in {each.value for each in _NEWEST_FIRST}
