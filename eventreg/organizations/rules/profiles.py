"""What is known of an institution, and what cannot be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from eventreg.kernel.text import LocalizedText
from eventreg.kernel.typed import is_blank
from eventreg.organizations.rules.kinds import OrganizationKind

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_LONGEST_WEBSITE = 300


class ProfileInvalid(ValueError):
    """The data is no institution; the message names the place and what is wrong there."""


@dataclass(frozen=True)
class OrganizationProfile:
    """An institution as it is recorded. `country` is an ISO 3166-1 code of two letters, or empty."""

    key: str
    name: LocalizedText
    short_name: LocalizedText = field(default_factory=dict)
    country: str = ""
    website: str = ""
    acronym: str = ""
    kind: OrganizationKind = OrganizationKind.OTHER


def check_profile(profile: OrganizationProfile) -> None:
    """Refuse a profile that cannot be an institution. Raises ProfileInvalid."""
    if not _KEY.fullmatch(profile.key):
        raise ProfileInvalid(f"key: {profile.key!r} is none (small letters, digits and hyphens, 64 at most)")
    if all(map(is_blank, profile.name.values())):
        raise ProfileInvalid(f"organization {profile.key}: has no name")
    has_scheme = profile.website.startswith(("https://", "http://"))
    if profile.website and (not has_scheme or len(profile.website) > _LONGEST_WEBSITE):
        raise ProfileInvalid(f"organization {profile.key}: its website is no web address")
