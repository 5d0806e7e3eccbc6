"""Personal invitations: whom somebody wants to invite and whether that can be, how far each has come, what can still be done."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from eventreg.kernel.errors import N_, Reason, Refused, Titled
from eventreg.kernel.text import email_key
from eventreg.questionnaires.rules import answers
from eventreg.questionnaires.rules.answers import Invalid, clean_line, clean_paragraphs, mail_address

#: somebody is reminded once in this time at most
REMINDED_EVERY = timedelta(days=1)
#: a message sent a moment ago is not sent again: whoever presses twice means it once
SENT_AGAIN_AFTER = timedelta(minutes=10)
#: people in one list
MOST_LINES = 1000
LONGEST_NOTE = 1000


class InvitationState(Titled):
    """How far an invitation has come, in the order of its life.

    `looks` names the status of a registration that it looks like. When it is over, `own_title` and `explained` tell the person.
    """

    #: not sent yet, or handed over some other way
    MADE = "made", N_("Not sent"), "unverified"
    SENT = "sent", N_("Sent"), "pending"
    #: the newest message did not arrive
    TROUBLE = "trouble", N_("Did not arrive"), "declined"
    #: whether the newest message arrived is not known
    DOUBTFUL = "doubtful", N_("Probably delivered"), "declined"
    REMINDED = "reminded", N_("Reminded"), "pending"
    #: the person has a registration, by the invitation or otherwise
    REGISTERED = (
        "registered",
        N_("Registered"),
        "confirmed",
        N_("You are registered already"),
        N_("With your personal link you see and change your registration."),
    )
    DECLINED = (
        "declined",
        N_("Said no"),
        "cancelled",
        N_("You have declined the invitation"),
        N_("Thank you for telling us. If you can come after all, write to the contact person."),
    )
    EXPIRED = (
        "expired",
        N_("Expired"),
        "cancelled",
        N_("The time of this invitation is over"),
        N_("If you still want to take part, write to the contact person."),
    )
    TAKEN_BACK = "taken_back", N_("Revoked"), "cancelled"

    def __init__(
        self,
        key: str,
        title: str = "",
        looks: str = "",
        own_title: str = N_("This invitation was taken back"),
        explained: str = N_("If you did not expect that, write to the contact person."),
    ) -> None:
        super().__init__(key, title, explained)
        self.looks, self.own_title = looks, own_title


_State = InvitationState
#: in these the person can still answer
OPEN = frozenset({_State.MADE, _State.SENT, _State.TROUBLE, _State.DOUBTFUL, _State.REMINDED})


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


#: longest text by field, in characters
LIMITS = {"given_name": 200, "family_name": 200, "institution": 300, "note": LONGEST_NOTE}
_CALLED = {
    "given_name": N_("Given name"),
    "family_name": N_("Family name"),
    "institution": N_("Institution"),
    "note": N_("A few words of yours"),
}


@dataclass(frozen=True)
class NewInvitation:
    """One person to be invited, as typed. `email` empty: the link is handed over some other way."""

    category: str
    language: str
    email: str = ""
    given_name: str = ""
    family_name: str = ""
    institution: str = ""
    #: only the address can register with it; without an address it means nothing
    is_bound: bool = True
    skips_approval: bool = False
    expires_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class InvitationLimits:
    """What a wish is held against: what there is to choose from, and which folded addresses are in use."""

    categories: Collection[str]
    languages: Collection[str]
    invited: Collection[str] = ()
    registered: Collection[str] = ()


@dataclass(frozen=True)
class Verdict:
    """What would come of one line: `wish` as it would be kept, or why it is refused."""

    line: int
    wish: NewInvitation
    refusal: Refused | None = None


def checked(wish: NewInvitation, known: InvitationLimits, now: datetime) -> NewInvitation:
    """Return a wish as it is kept: names as typed without outer white space, the address in its normal form.

    Raises Refused: ADDRESS_INVALID, TOO_LONG, UNKNOWN_CATEGORY, UNKNOWN_LANGUAGE, EXPIRES_TOO_EARLY,
    ALREADY_INVITED, ALREADY_REGISTERED.
    """
    email = _address(wish.email)
    if wish.category not in known.categories:
        raise Refused(InvitationReason.UNKNOWN_CATEGORY, name=wish.category)
    if wish.language not in known.languages:
        raise Refused(InvitationReason.UNKNOWN_LANGUAGE, name=wish.language)
    if wish.expires_at is not None and wish.expires_at <= now:
        raise Refused(InvitationReason.EXPIRES_TOO_EARLY)
    key = email_key(email)
    if key and key in known.registered:
        raise Refused(InvitationReason.ALREADY_REGISTERED)
    if key and key in known.invited:
        raise Refused(InvitationReason.ALREADY_INVITED)
    texts: dict[str, Any] = {field: _text(wish, field) for field in LIMITS}
    return replace(wish, email=email, is_bound=wish.is_bound and bool(email), **texts)


def judged(
    wishes: Sequence[tuple[int, NewInvitation]], known: InvitationLimits, now: datetime, *, needs_address: bool
) -> list[Verdict]:
    """Return what would come of each line of a list. An address counts once: its second line is refused.

    `needs_address`: the list is to be sent.
    """
    verdicts: list[Verdict] = []
    seen: dict[str, int] = {}
    for line, wish in wishes:
        try:
            kept = checked(wish, known, now)
            _check_in_list(kept, seen, line, needs_address=needs_address)
        except Refused as refused:
            verdicts.append(Verdict(line, wish, refused))
        else:
            verdicts.append(Verdict(line, kept))
    return verdicts


def _check_in_list(wish: NewInvitation, seen: dict[str, int], line: int, *, needs_address: bool) -> None:
    key = email_key(wish.email)
    if not key and (needs_address or not (wish.given_name or wish.family_name)):
        raise Refused(InvitationReason.ADDRESS_MISSING)
    if key and seen.setdefault(key, line) != line:
        raise Refused(InvitationReason.TWICE_IN_LIST, line=seen[key])


def _address(typed: str) -> str:
    if not typed.strip():
        return ""
    try:
        return mail_address(typed)
    except Invalid as invalid:
        raise Refused(InvitationReason.ADDRESS_INVALID) from invalid


def _text(wish: NewInvitation, field: str) -> str:
    typed, limit = getattr(wish, field), LIMITS[field]
    try:
        return clean_paragraphs(typed, limit) if field == "note" else clean_line(typed, limit)
    except Invalid as invalid:
        reason = InvitationReason.TOO_LONG if invalid.reason is answers.Reason.TOO_LONG else InvitationReason.UNREADABLE
        refused = Refused(reason, field=field, limit=limit)
        refused.details["field"] = _CALLED[field]
        raise refused from invalid
