"""Whom somebody wants to invite, and whether that can be: one person, or a list tried line by line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from eventreg.kernel.errors import N_, Refused
from eventreg.questionnaires.rules.addresses import mail_address
from eventreg.questionnaires.rules.reasons import Invalid, Reason
from eventreg.questionnaires.rules.texts import clean_line, clean_paragraphs
from eventreg.registration.rules.invitations import LONGEST_NOTE, InvitationReason
from eventreg.registration.rules.searching import email_key

#: longest text by field, in characters
LIMITS = {"given_name": 200, "family_name": 200, "institution": 300, "note": LONGEST_NOTE}
_CALLED = {
    "given_name": N_("Given name"),
    "family_name": N_("Family name"),
    "institution": N_("Institution"),
    "note": N_("A few words of yours"),
}


@dataclass(frozen=True)
class Wish:
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
class Known:
    """What a wish is held against: what there is to choose from, and which folded addresses are in use."""

    categories: Collection[str]
    languages: Collection[str]
    invited: Collection[str] = ()
    registered: Collection[str] = ()


@dataclass(frozen=True)
class Verdict:
    """What would come of one line: `wish` as it would be kept, or why it is refused."""

    line: int
    wish: Wish
    refusal: Refused | None = None


def checked(wish: Wish, known: Known, now: datetime) -> Wish:
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
    return replace(
        wish,
        email=email,
        given_name=_text(wish, "given_name"),
        family_name=_text(wish, "family_name"),
        institution=_text(wish, "institution"),
        note=_text(wish, "note"),
        is_bound=wish.is_bound and bool(email),
    )


def judged(wishes: Sequence[tuple[int, Wish]], known: Known, now: datetime, *, needs_address: bool) -> list[Verdict]:
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


def _check_in_list(wish: Wish, seen: dict[str, int], line: int, *, needs_address: bool) -> None:
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


def _text(wish: Wish, field: str) -> str:
    typed, limit = getattr(wish, field), LIMITS[field]
    try:
        return clean_paragraphs(typed, limit) if field == "note" else clean_line(typed, limit)
    except Invalid as invalid:
        reason = InvitationReason.TOO_LONG if invalid.reason is Reason.TOO_LONG else InvitationReason.UNREADABLE
        refused = Refused(reason, field=field, limit=limit)
        refused.details["field"] = _CALLED[field]
        raise refused from invalid
