"""How addresses name the columns of the list, and which it shows unless they say otherwise."""

from __future__ import annotations

#: how addresses begin what they call a question's field or column
ANSWER = "answer."
PERSON, RECEIVED, STATUS = "person", "received", "status"
USUAL_COLUMNS = (PERSON, "institution", "category", STATUS, RECEIVED)


def answer_column(key: str) -> str:
    """Return how an address names the column of a question."""
    return f"{ANSWER}{key}"
