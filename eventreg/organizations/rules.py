"""Pure decisions about institutions.

Which institutions of the directory are likely to be the one that somebody is adding.

What kinds of institutions there are.

An institution as somebody types it: what becomes of its link, its key and what it is found by.

Why an institution is not recorded, changed or merged.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from urllib.parse import urlsplit

from eventreg.kernel.errors import N_, Reason, Refused, Titled
from eventreg.kernel.links import is_plain_web_address
from eventreg.kernel.text import LocalizedText, folded, is_blank

#: so alike are two names that differ in a letter or two, a word's ending, an article
_ALIKE = 0.86
#: so alike are two spellings of a word
_SAME_WORD = 0.7
#: so large a part of the telling words of two names is shared when one leaves a word out
_SHARED = 0.75
_MOST_SHOWN = 5
#: words that tell nothing, in the languages that names are mostly in
_SMALL_WORDS = frozenset(
    ("a", "ac", "al", "and", "at", "c", "de", "del", "des", "du", "e", "el", "en", "et", "for", "in", "la", "las", "le",
     "les", "los", "of", "on", "para", "por", "the", "un", "y")
)  # fmt: skip


@dataclass(frozen=True)
class KnownInstitution:
    """An institution of the directory, as far as names go."""

    id: int
    name: LocalizedText
    short_name: LocalizedText
    acronym: str


def likely_doubles(name: LocalizedText, acronym: str, known: Iterable[KnownInstitution]) -> list[int]:
    """Return the ids of institutions that may be the same, the most alike first; at most five.

    Alike are: the same acronym, or a short name that is it; names that read almost the same in any language; names that
    share most of their telling words ("Instituto Nacional de Migración", "Instituto Nacional de Migración (INM)").
    """
    names = [_bare(text) for text in name.values() if text]
    mark = folded(acronym)
    scored = [(_likeness(names, mark, each), each.id) for each in known]
    return [found for score, found in sorted(scored, key=lambda pair: (-pair[0], pair[1])) if score >= 1][:_MOST_SHOWN]


def is_same_name(typed: str, known: KnownInstitution) -> bool:
    """Say whether somebody wrote the name, short name or acronym of an institution, accents and case left aside."""
    wanted = folded(typed)
    texts = (*known.name.values(), *known.short_name.values(), known.acronym)
    return bool(wanted) and any(wanted == folded(text) for text in texts)


def _likeness(names: list[str], mark: str, known: KnownInstitution) -> float:
    """Return how alike, from 1 upwards; less than 1 is not alike."""
    marks = {folded(text) for text in (known.acronym, *known.short_name.values()) if text}
    if (mark and mark in marks) or any(name in marks for name in names):
        return 3.0
    theirs = [_bare(text) for text in known.name.values() if text]
    return max((_likeness_of(one, other) for one in names for other in theirs), default=0.0)


def _likeness_of(one: str, other: str) -> float:
    if one == other:
        return 2.0
    shared = _words(one) & _words(other)
    if len(shared) >= 2 and len(shared) >= _SHARED * len(_words(one) | _words(other)):
        return 1.5
    return 1.0 if _read_alike(one, other, _ALIKE) and _differ_in_spelling(_words(one), _words(other)) else 0.0


def _differ_in_spelling(one: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether each word that only the one has is a word of the other, spelt a little differently.

    "Migracón" is "Migración"; "Norte" is no "Sur", however alike the names around them are.
    """
    fewer, more = sorted((one - other, other - one), key=len)
    return all(any(_read_alike(word, candidate, _SAME_WORD) for candidate in more) for word in fewer)


def _read_alike(one: str, other: str, least: float) -> bool:
    # Two cheap bounds first: the exact ratio is slow, and a directory is compared whole.
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least and matcher.ratio() >= least


def _bare(text: str) -> str:
    """Return a name without an acronym in brackets at its end."""
    return re.sub(r"\s*\([^()]*\)$", "", folded(text)) or folded(text)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text)) - _SMALL_WORDS


class OrganizationKind(Titled):
    """What an institution is, whatever its role at an event."""

    INTERNATIONAL = "international", N_("International organization")
    GOVERNMENT = "government", N_("Government")
    ACADEMIC = "academic", N_("Academic institution")
    CIVIL_SOCIETY = "civil_society", N_("Civil society organization")
    FOUNDATION = "foundation", N_("Foundation")
    PRIVATE = "private", N_("Private company")
    OTHER = "other", N_("Other")


LONGEST_NAME = 200
LONGEST_SHORT_NAME = 60
LONGEST_ACRONYM = 40
LONGEST_WEBSITE = 300
_LONGEST_KEY = 56
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class ProfileInvalid(ValueError):
    """A file names what is no institution; the message says the place and what is wrong there."""


@dataclass(frozen=True)
class OrganizationEntry:
    """An institution as a form gives it, tidied."""

    name: LocalizedText
    short_name: LocalizedText = field(default_factory=dict)
    acronym: str = ""
    kind: OrganizationKind = OrganizationKind.OTHER
    #: ISO 3166-1 alpha-2, or empty
    country: str = ""
    website: str = ""
    #: the public id of a picture that is kept; empty: no logo
    logo: str = ""


def check_entry(entry: OrganizationEntry) -> None:
    """Refuse what has no name, or a link that is none. Raises Refused: NO_NAME, WEBSITE."""
    if all(map(is_blank, entry.name.values())):
        raise Refused(OrganizationReason.NO_NAME)
    if entry.website and not is_web_address(entry.website):
        raise Refused(OrganizationReason.WEBSITE, limit=LONGEST_WEBSITE)


def check_profile(key: str, name: LocalizedText, website: str = "") -> None:
    """Refuse what a file names and cannot be an institution. Raises ProfileInvalid."""
    if not _KEY.fullmatch(key):
        raise ProfileInvalid(f"key: {key!r} is none (small letters, digits and hyphens, 64 at most)")
    if all(map(is_blank, name.values())):
        raise ProfileInvalid(f"organization {key}: has no name")
    has_scheme = website.startswith(("https://", "http://"))
    if website and (not has_scheme or len(website) > LONGEST_WEBSITE):
        raise ProfileInvalid(f"organization {key}: its website is no web address")


def completed_address(typed: str) -> str:
    """Return a web address as people write it ("www.example.org") as a link has it; the rest as it is."""
    typed = typed.strip()
    return f"https://{typed}" if typed and not re.match(r"[a-z][a-z0-9+.-]*:", typed, re.IGNORECASE) else typed


def is_web_address(address: str) -> bool:
    """Say whether it is an address of the web with a host, of at most `LONGEST_WEBSITE` characters without a blank."""
    if len(address) > LONGEST_WEBSITE or not re.fullmatch(r"[!-~\u00a1-\ufffd]+", address):
        return False
    return is_plain_web_address(address) and "." in (urlsplit(address).hostname or "")


def key_from(acronym: str, name: LocalizedText, taken: Collection[str]) -> str:
    """Return a free key from the acronym, else from the first name there is: "casede", "casede-2"."""
    text = acronym or next((text for text in name.values() if text), "")
    base = re.sub(r"[^a-z0-9]+", "-", folded(text)).strip("-")[:_LONGEST_KEY].rstrip("-") or "institution"
    number, key = 1, base
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key


def search_text_of(name: LocalizedText, short_name: LocalizedText, acronym: str) -> str:
    """Return what an institution is found by: its names and acronym without accents or case."""
    texts: Mapping[str, None] = dict.fromkeys(folded(text) for text in (*name.values(), *short_name.values(), acronym))
    return "\n".join(text for text in texts if text)


class OrganizationReason(Reason):
    """Why nothing was written."""

    NO_NAME = "no_name", N_("Write the name in one language at least"), "name"
    #: no web address, or one that is too long
    WEBSITE = (
        "website",
        N_("Write a web address of at most %(limit)s characters, for example https://institution.org"),
        "website",
    )
    #: institutions that may be the same are in the directory; details: `ids`
    LIKELY_DOUBLE = "likely_double", N_("It may be in the directory already. Choose which one it is."), "same_as"
    #: somebody else saved it since it was opened
    CHANGED_MEANWHILE = (
        "changed_meanwhile",
        N_("Somebody else has saved this institution since you opened it. Nothing of yours was saved yet."),
        "name",
        409,
    )
    #: the picture that was sent earlier is no longer kept
    LOGO_GONE = "logo_gone", N_("Choose the logo again: we no longer have it"), "logo"
    NOT_ALLOWED = (
        "not_allowed",
        N_("Another team's event names this institution too, so only an administrator can change it."),
        "name",
    )
    #: an institution is not merged with itself
    SAME = "same", N_("Choose two different institutions"), "name"
