"""What a registration is found and ordered by."""

import re

from eventreg.kernel.text import folded

#: how much of an answer is compared
COMPARED = 400
_SORT_LENGTH = 400
_NUMBER = re.compile(r"(-?)(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")
_PLACES = 15
_DIGITS, _TURNED = "0123456789", "9876543210"
_SORT_INSTITUTION_LENGTH = 300
_SORT_POSITION_LENGTH = 300


def sort_name(family_name: str, given_name: str) -> str:
    """Return the name to order a list by: family name first, without accents or case."""
    return folded(f"{family_name} {given_name}".strip())[:_SORT_LENGTH]


def sort_institution(institution: str) -> str:
    """Return the institution to order a list by: without accents or case."""
    return folded(institution)[:_SORT_INSTITUTION_LENGTH]


def sort_position(position: str) -> str:
    """Return the position to order a list by: without accents or case."""
    return folded(position)[:_SORT_POSITION_LENGTH]


def compared(text: str) -> str:
    """Return a text as it is compared with others: its beginning, without accents or case."""
    return folded(text)[:COMPARED].rstrip()


def sort_value(answer: str) -> str:
    """Return one value of an answer to order and compare by: as text without accents or case, numbers by their size.

    A number is filled up in front to fifteen places, so that texts in the order of their signs are numbers in theirs:
    "12.5" as "/////////////12.5", a sign before all digits. Below nought the digits are turned round, and a sign behind
    all others ends them.
    """
    number = _NUMBER.fullmatch(answer)
    if number is None:
        return compared(answer)
    sign, whole, rest = number[1], number[2], number[3] or ""
    if not sign:
        return whole.rjust(_PLACES, "/") + rest
    return "-" + (whole.zfill(_PLACES) + rest).translate(str.maketrans(_DIGITS, _TURNED)) + "~"


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
