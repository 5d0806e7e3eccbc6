"""What a registration is found and ordered by."""

from __future__ import annotations

from eventreg.kernel.text import folded

_SORT_LENGTH = 400
_SORT_INSTITUTION_LENGTH = 300


def sort_name(family_name: str, given_name: str) -> str:
    """Return the name to order a list by: family name first, without accents or case."""
    return folded(f"{family_name} {given_name}".strip())[:_SORT_LENGTH]


def sort_institution(institution: str) -> str:
    """Return the institution to order a list by: without accents or case."""
    return folded(institution)[:_SORT_INSTITUTION_LENGTH]


def search_text(
    *, given_name: str, family_name: str, badge_name: str, institution: str, email: str, reference: str, phone: str
) -> str:
    """Return the folded text that a search looks in: names, institution, address, reference, the phone's digits."""
    digits = "".join(char for char in phone if char.isdigit())
    parts = (given_name, family_name, badge_name, institution, email, reference, digits)
    return " ".join(folded(part) for part in parts if part)


def email_key(email: str) -> str:
    """Return a mail address as it is compared: without case. Providers differ on dots and tags, so these count."""
    return email.strip().casefold()


def phone_key(phone: str) -> str:
    """Return a telephone number as it is compared: its last ten digits, which leave out how the country is written.

    Empty for fewer than seven digits, which are an extension or no number at all.
    """
    digits = "".join(char for char in phone if char.isascii() and char.isdigit())
    return digits[-10:] if len(digits) >= 7 else ""
