"""The messages of this room."""

from __future__ import annotations

import enum


class Message(enum.Enum):
    """What is told. Each participant's message has its counterpart for the contact person, or none."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    PROMOTED = "promoted"
    DECLINED = "declined"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    #: an earlier decision was taken back after its mail had gone
    REOPENED = "reopened"
    #: to the participant alone
    VERIFY = "verify"
    LINK = "link"
    CONFIRM_ADDRESS = "confirm_address"
    ADDRESS_CHANGED = "address_changed"
    #: to the address that was left
    ADDRESS_LEFT = "address_left"
    #: takes an entry out of the calendar that was of one day: now one is of all
    OLD_ENTRY = "old_entry"
    #: the whole event: to everybody who lives with it, and once to the contact person in words of their own
    EVENT_CANCELLED = "event_cancelled"
    EVENT_REINSTATED = "event_reinstated"
    #: questions beside the form: once the place is confirmed, anew, to be mended; and the one reminder
    ASKED_FOLLOW_UP = "asked_follow_up"
    ASKED_AGAIN = "asked_again"
    ASKED_CORRECTION = "asked_correction"
    ASK_REMINDER = "ask_reminder"
    #: what the team did on somebody's behalf, where no other message tells of it
    TEAM_CHANGED = "team_changed"
    TEAM_WITHDRAWN = "team_withdrawn"
    MOVED = "moved"
    #: a place goes to another person: to the one who had it, and to the one who has it now
    HANDED_ON = "handed_on"
    HANDED_TO = "handed_to"


#: what is told of the event as a whole, not of one registration
ABOUT_EVENT = frozenset({Message.EVENT_CANCELLED, Message.EVENT_REINSTATED})
#: what goes to an address that is not confirmed
ABOUT_ADDRESSES = frozenset({Message.VERIFY, Message.CONFIRM_ADDRESS})
#: what asks somebody to answer
ABOUT_REQUESTS = frozenset(
    {Message.ASKED_FOLLOW_UP, Message.ASKED_AGAIN, Message.ASKED_CORRECTION, Message.ASK_REMINDER}
)
#: what comes with questions to answer
WITH_REQUEST = ABOUT_REQUESTS | {Message.HANDED_TO}
#: what the team did
BY_TEAM = frozenset({Message.TEAM_CHANGED, Message.TEAM_WITHDRAWN, Message.MOVED, Message.HANDED_ON})
