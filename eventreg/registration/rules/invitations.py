"""Personal invitations: how far each has come, and what can still be done with it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventreg.kernel.errors import N_, Reason

#: somebody is reminded once in this time at most
REMINDED_EVERY = timedelta(days=1)
#: a message sent a moment ago is not sent again: whoever presses twice means it once
SENT_AGAIN_AFTER = timedelta(minutes=10)
#: what is known of invited people alone is deleted so long after the last day of the event
KEPT_AFTER_EVENT = timedelta(days=30)
#: people in one list
MOST_LINES = 1000
LONGEST_NOTE = 1000


class InvitationState(enum.Enum):
    """How far an invitation has come, in the order of its life."""

    #: not sent yet, or handed over some other way
    MADE = "made"
    SENT = "sent"
    #: the newest message did not arrive
    TROUBLE = "trouble"
    #: whether the newest message arrived is not known
    DOUBTFUL = "doubtful"
    REMINDED = "reminded"
    #: the person has a registration, by the invitation or otherwise
    REGISTERED = "registered"
    DECLINED = "declined"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"


#: in these the person can still answer
OPEN = frozenset(
    {
        InvitationState.MADE,
        InvitationState.SENT,
        InvitationState.TROUBLE,
        InvitationState.DOUBTFUL,
        InvitationState.REMINDED,
    }
)


@dataclass(frozen=True)
class Story:
    """What has happened to an invitation."""

    sent_at: datetime | None = None
    reminded_at: datetime | None = None
    used_at: datetime | None = None
    declined_at: datetime | None = None
    taken_back_at: datetime | None = None
    expires_at: datetime | None = None
    #: whether the newest message to the person has failed
    has_trouble: bool = False
    #: whether nobody knows of it if it arrived
    is_in_doubt: bool = False
    #: whether a live registration has the person's address
    is_registered_otherwise: bool = False


class InvitationReason(Reason):
    """Why nobody was invited, or an invitation stays as it is."""

    ADDRESS_MISSING = "address_missing", N_("An email address is missing"), "email"
    ADDRESS_INVALID = "address_invalid", N_("Write an email address like nombre@institucion.example"), "email"
    #: details: `field`, what it is called; `limit`
    TOO_LONG = "too_long", N_("%(field)s: shorten it to %(limit)s characters")
    #: details: `field`, what it is called
    UNREADABLE = "unreadable", N_("%(field)s: it holds characters that cannot be kept")
    UNKNOWN_CATEGORY = "unknown_category", N_("There is no category “%(name)s”"), "category"
    UNKNOWN_LANGUAGE = "unknown_language", N_("There is no language “%(name)s” here"), "language"
    #: an open invitation has the address already
    ALREADY_INVITED = "already_invited", N_("This address is invited already"), "email"
    #: a live registration has the address already
    ALREADY_REGISTERED = "already_registered", N_("This address is registered already"), "email"
    TWICE_IN_LIST = "twice_in_list", N_("The address stands in line %(line)s as well"), "email"
    EXPIRES_TOO_EARLY = "expires_too_early", N_("Choose a moment that has not passed"), "works_until"
    NOBODY_IN_LIST = "nobody_in_list", N_("Write at least one person"), "people"
    TOO_MANY_LINES = "too_many_lines", N_("A list has %(limit)s lines at most"), "people"
    OVER = "over", N_("This invitation is over: it was used, declined, taken back, or its time has passed."), "email"
    NOT_SENT_YET = "not_sent_yet", N_("This invitation was not sent yet."), "email"
    SENT_A_MOMENT_AGO = "sent_a_moment_ago", N_("This invitation was sent a moment ago."), "email"
    REMINDED_TODAY = "reminded_today", N_("We wrote to this person less than a day ago."), "email"
    #: the event does not take place, or takes no registrations any more
    NOT_NOW = (
        "not_now",
        N_("Invitations are sent while the event is published and registration has not ended."),
        "email",
    )


def state_of(story: Story, now: datetime) -> InvitationState:
    """Return how far an invitation has come. What the person did counts more than what was sent to them."""
    if story.used_at is not None or story.is_registered_otherwise:
        return InvitationState.REGISTERED
    if story.declined_at is not None:
        return InvitationState.DECLINED
    if story.taken_back_at is not None:
        return InvitationState.TAKEN_BACK
    if story.expires_at is not None and now >= story.expires_at:
        return InvitationState.EXPIRED
    if story.has_trouble:
        return InvitationState.TROUBLE
    if story.is_in_doubt:
        return InvitationState.DOUBTFUL
    if story.reminded_at is not None:
        return InvitationState.REMINDED
    return InvitationState.MADE if story.sent_at is None else InvitationState.SENT


def refusal_to_send(story: Story, email: str, now: datetime) -> InvitationReason | None:
    """Say why an invitation is not sent now, for the first time or again."""
    if state_of(story, now) not in OPEN:
        return InvitationReason.OVER
    if not email:
        return InvitationReason.ADDRESS_MISSING
    if story.sent_at is not None and now < story.sent_at + SENT_AGAIN_AFTER:
        return InvitationReason.SENT_A_MOMENT_AGO
    return None


def refusal_to_remind(story: Story, email: str, now: datetime) -> InvitationReason | None:
    """Say why somebody is not reminded now: it is answered, was never sent, or the last message is not a day old."""
    if state_of(story, now) not in OPEN:
        return InvitationReason.OVER
    if not email:
        return InvitationReason.ADDRESS_MISSING
    if story.sent_at is None:
        return InvitationReason.NOT_SENT_YET
    last = max(story.sent_at, story.reminded_at or story.sent_at)
    return InvitationReason.REMINDED_TODAY if now < last + REMINDED_EVERY else None


def refusal_to_extend(story: Story, until: datetime | None, now: datetime) -> InvitationReason | None:
    """Say why an invitation gets no other end: it is answered or taken back, or the end would have passed already.

    One that has expired can be given a new end, and lives again by the same link.
    """
    if state_of(story, now) not in OPEN | {InvitationState.EXPIRED}:
        return InvitationReason.OVER
    return InvitationReason.EXPIRES_TOO_EARLY if until is not None and until <= now else None
