"""The names of events in addresses and references: what they may be, and what is suggested."""

import re
from collections.abc import Collection

from eventreg.kernel.errors import N_, Reason, Refused
from eventreg.kernel.text import folded

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 80
_SUGGESTED_LENGTH = 50
_PREFIX = re.compile(r"[A-Z0-9]{1,8}")
_SUGGESTED_PREFIX = 3
#: the desk has pages of these names beside those of events
RESERVED_SLUGS = frozenset({"new", "all", "archive", "export", "import", "past", "templates"})
#: words that tell nothing, in the languages that titles are mostly in
_SMALL_WORDS = frozenset(
    {
        "a", "al", "and", "at", "con", "de", "del", "des", "du", "e", "el", "en", "et", "for", "in", "la", "las", "le", "les",
        "lo", "los", "of", "on", "para", "por", "sobre", "the", "to", "un", "una", "y",
    }
)  # fmt: skip


class SlugReason(Reason):
    """Why an event is not found under a name."""

    #: another event is
    TAKEN = "slug_taken", N_("There is an event under %(slug)s already: choose another name"), "slug"
    #: no name to be found under, or a word that is reserved
    INVALID = (
        "slug_invalid",
        N_("Write small letters, digits and hyphens, 80 at most; some words are reserved"),
        "slug",
    )


def check_slug(slug: str, taken: Collection[str] = ()) -> None:
    """Refuse a name under which no event can be found, or another one is. Raises Refused (INVALID, TAKEN)."""
    if not is_slug(slug):
        raise Refused(SlugReason.INVALID)
    if slug in taken:
        raise Refused(SlugReason.TAKEN, slug=slug)


def is_slug(slug: str) -> bool:
    """Say whether an event can be found under it: small letters, digits and hyphens, 80 at most, no reserved word."""
    return bool(_SLUG.fullmatch(slug)) and len(slug) <= LONGEST_SLUG and slug not in RESERVED_SLUGS


def is_prefix(prefix: str) -> bool:
    """Say whether references can begin with it: 1 to 8 capital letters and digits."""
    return bool(_PREFIX.fullmatch(prefix))


def suggested_slug(title: str, year: int, taken: Collection[str] = ()) -> str:
    """Return a free slug from a title: "Cocina regional" in 2027 is "cocina-regional-2027"."""
    words = [word for word in _words(title) if word not in _SMALL_WORDS and word != str(year)]
    base = ""
    for word in words:
        longer = f"{base}-{word}" if base else word
        if len(longer) > _SUGGESTED_LENGTH:
            break
        base = longer
    base = f"{base or (words[0][:_SUGGESTED_LENGTH] if words else 'event')}-{year}"
    number, slug = 1, base
    while slug in taken or not is_slug(slug):
        number += 1
        slug = f"{base}-{number}"
    return slug


def suggested_prefix(title: str) -> str:
    """Return what references begin with, from a title: the initials of three words, or the beginning of one."""
    words = [word for word in _words(title) if word not in _SMALL_WORDS and not word.isdigit()]
    if not words:
        return "EV"
    if len(words) < _SUGGESTED_PREFIX:
        return words[0][:_SUGGESTED_PREFIX].upper()
    return "".join(word[0] for word in words[:_SUGGESTED_PREFIX]).upper()


def _words(title: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", folded(title))
