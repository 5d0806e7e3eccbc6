"""An institution as somebody types it: what becomes of its link, its key and what it is found by."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from eventreg.kernel.errors import Refused
from eventreg.kernel.links import is_plain_web_address
from eventreg.kernel.text import LocalizedText, folded
from eventreg.kernel.typed import is_blank
from eventreg.organizations.rules.kinds import OrganizationKind
from eventreg.organizations.rules.refusals import OrganizationReason

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


def check_profile(key: str, entry: OrganizationEntry) -> None:
    """Refuse what a file names and cannot be an institution. Raises ProfileInvalid."""
    if not _KEY.fullmatch(key):
        raise ProfileInvalid(f"key: {key!r} is none (small letters, digits and hyphens, 64 at most)")
    if all(map(is_blank, entry.name.values())):
        raise ProfileInvalid(f"organization {key}: has no name")
    has_scheme = entry.website.startswith(("https://", "http://"))
    if entry.website and (not has_scheme or len(entry.website) > LONGEST_WEBSITE):
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
