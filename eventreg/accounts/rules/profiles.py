"""What an account's name and address must be, and how addresses are compared."""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email

from eventreg.accounts.rules.refusals import AccountReason
from eventreg.kernel.errors import Refused
from eventreg.kernel.typed import is_blank

_LONGEST_NAME = 200
_LONGEST_ADDRESS = 320
#: they turn round what follows, so that one name can look like another (Unicode TR36, 3.3.4)
_BIDI_OVERRIDES = frozenset("\u202d\u202e")


def address_key(email: str) -> str:
    """Return an address as it is compared: without outer white space, case, or differences of encoding."""
    return unicodedata.normalize("NFKC", email.strip()).casefold()


def is_like_address(email: str) -> bool:
    """Say whether it is worth looking for an account of this address: for signing in, where nothing is stored."""
    if len(email) > _LONGEST_ADDRESS:
        # Before anything is folded: the time that normalizing takes grows with the square of a run of accents.
        return False
    key = address_key(email)
    return "@" in key and len(key) <= _LONGEST_ADDRESS and key.isprintable()


def checked_address(email: str) -> str:
    """Return an address as it is written to, checked without the network. Raises Refused (ADDRESS_INVALID)."""
    try:
        return validate_email(email.strip(), check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError as error:
        raise Refused(AccountReason.ADDRESS_INVALID) from error


def checked_name(name: str) -> str:
    """Return a name in one line. Raises Refused (NAME_MISSING) when nothing of it can be shown, or too much."""
    shown = " ".join(name.split())
    is_showable = all(unicodedata.category(char) not in ("Cc", "Cs") and char not in _BIDI_OVERRIDES for char in shown)
    if is_blank(shown) or not is_showable or len(shown) > _LONGEST_NAME:
        raise Refused(AccountReason.NAME_MISSING)
    return shown
