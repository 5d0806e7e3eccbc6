"""Which messages to participants an event can put into words of its own, what may stand in each, and whether a change is saved.

The words are a subject, and what stands before and after the facts. The facts themselves (reference, dates, place, the
button with the personal link, what follows from the decision, the contact person, the privacy notice, the calendar) are the
system's: no text takes them away.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

#: what the columns take, and what a mail program shows
MAX_SUBJECT, MAX_BODY = 200, 6000

#: where the facts stand; without it they follow the words
DETAILS = "details"


class TextKey(enum.Enum):
    """A message as far as its words go: one that tells of two different things counts twice. The value is stored."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    PROMOTED = "promoted"
    PROMOTED_TO_REVIEW = "promoted_to_review"
    DECLINED = "declined"
    #: after the place had been confirmed
    PLACE_LOST = "place_lost"
    REOPENED = "reopened"
    CHANGED = "changed"
    OLD_ENTRY = "old_entry"
    WITHDRAWN = "withdrawn"
    TEAM_CHANGED = "team_changed"
    TEAM_WITHDRAWN = "team_withdrawn"
    MOVED = "moved"
    HANDED_ON = "handed_on"
    HANDED_TO = "handed_to"
    ASKED_FOLLOW_UP = "asked_follow_up"
    ASKED_AGAIN = "asked_again"
    ASKED_CORRECTION = "asked_correction"
    ASK_REMINDER = "ask_reminder"
    EVENT_CANCELLED = "event_cancelled"
    EVENT_REINSTATED = "event_reinstated"
    INVITATION = "invitation"
    INVITATION_REMINDER = "invitation_reminder"
    VERIFY = "verify"
    LINK = "link"
    CONFIRM_ADDRESS = "confirm_address"
    ADDRESS_CHANGED = "address_changed"
    ADDRESS_LEFT = "address_left"
    SAVED_FORM = "saved_form"
    EARLIER_ANSWERS = "earlier_answers"


_K = TextKey
#: what goes to an address that may be anybody's: nothing of a person stands in it
TO_ANYBODY = frozenset({_K.VERIFY, _K.CONFIRM_ADDRESS, _K.SAVED_FORM, _K.EARLIER_ANSWERS})
INVITING = frozenset({_K.INVITATION, _K.INVITATION_REMINDER})
ASKING = frozenset({_K.ASKED_FOLLOW_UP, _K.ASKED_AGAIN, _K.ASKED_CORRECTION, _K.ASK_REMINDER, _K.HANDED_TO})
#: without a button, so without a link
WITHOUT_LINK = frozenset({_K.OLD_ENTRY, _K.WITHDRAWN, _K.ADDRESS_LEFT, _K.TEAM_WITHDRAWN, _K.HANDED_ON})
_WITH_REASON = ASKING | {
    _K.CONFIRMED, _K.WAITLISTED, _K.DECLINED, _K.PLACE_LOST, _K.REOPENED, _K.EVENT_CANCELLED, _K.TEAM_WITHDRAWN,
    _K.MOVED, _K.HANDED_ON,
}  # fmt: skip

#: of every message
OF_EVENT = frozenset({"greeting", "event_title", "event_dates", "place", "host", "contact_name"})
OF_PERSON = frozenset({"given_name", "full_name", "institution", "category"})
OF_REGISTRATION = OF_PERSON | {"reference", "status", "days"}

#: what may stand in a message that organizers write themselves: in its subject, and in its words
IN_WRITTEN_SUBJECT = (OF_EVENT | OF_REGISTRATION) - {"greeting"}
IN_WRITTEN_BODY = OF_EVENT | OF_REGISTRATION | {"link", DETAILS}


def every_name() -> frozenset[str]:
    """Return the name of every placeholder there is."""
    return frozenset[str]().union(*(allowed_in_body(key) for key in TextKey))


def allowed_in_subject(key: TextKey) -> frozenset[str]:
    """Return the placeholders that the subject of a message may hold."""
    return _facts(key) - {"greeting"}


def allowed_in_body(key: TextKey) -> frozenset[str]:
    """Return the placeholders that the words of a message may hold."""
    link = frozenset() if key in WITHOUT_LINK else frozenset({"link"})
    reason = frozenset({"reason"}) if key in _WITH_REASON else frozenset()
    return _facts(key) | link | reason | {DETAILS}


def _facts(key: TextKey) -> frozenset[str]:
    if key in TO_ANYBODY:
        return OF_EVENT | ({"kept_until"} if key is TextKey.SAVED_FORM else frozenset())
    if key in INVITING:
        return OF_EVENT | OF_PERSON | {"invited_by", "register_until"}
    asked = {"answer_by"} if key in ASKING else frozenset()
    section = {"section"} if key is TextKey.ASKED_FOLLOW_UP else frozenset()
    return OF_EVENT | OF_REGISTRATION | asked | section


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


class Verdict(enum.Enum):
    """What becomes of an edit."""

    SAME = "same"
    SAVE = "save"
    #: somebody else saved another text since
    CONFLICT = "conflict"


def judge_text(edit: TextEdit, current: OwnText, revision: int) -> Verdict:
    """Say whether an edit is saved over what stands there now. Two who write the same are in nobody's way."""
    if edit.text == current:
        return Verdict.SAME
    return Verdict.SAVE if edit.seen == revision else Verdict.CONFLICT


def own_texts(stored: Mapping[tuple[str, str], OwnText], key: TextKey) -> dict[str, OwnText]:
    """Return the texts of one message by language."""
    return {language: text for (message, language), text in stored.items() if message == key.value and text}
