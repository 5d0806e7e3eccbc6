"""An event's own words of a message: what they are, and what may stand in them.

The words are a subject, and what stands before and after the facts. The facts themselves (reference, dates, place, the
button with the personal link, what follows from the decision, the contact person, the privacy notice, the calendar) are the
system's: no text takes them away.
"""

from __future__ import annotations

from dataclasses import dataclass

#: what the columns take, and what a mail program shows
MAX_SUBJECT, MAX_BODY = 200, 6000

#: where the facts stand; without it they follow the words
DETAILS = "details"


#: of every message
OF_EVENT = frozenset({"greeting", "event_title", "event_dates", "place", "host", "contact_name"})
OF_PERSON = frozenset({"given_name", "full_name", "institution", "category"})
OF_REGISTRATION = OF_PERSON | {"reference", "status", "days"}

#: what may stand in a message that organizers write themselves: in its subject, and in its words
IN_WRITTEN_SUBJECT = (OF_EVENT | OF_REGISTRATION) - {"greeting"}
IN_WRITTEN_BODY = OF_EVENT | OF_REGISTRATION | {"link", DETAILS}


@dataclass(frozen=True)
class OwnText:
    """An event's own words of one message in one language. What is empty is said in the usual words."""

    subject: str = ""
    body: str = ""

    def __bool__(self) -> bool:
        return bool(self.subject or self.body)


@dataclass(frozen=True)
class TextEdit:
    """What somebody made of one text: the revision that was seen (0: there was none), and the words now."""

    seen: int
    text: OwnText
