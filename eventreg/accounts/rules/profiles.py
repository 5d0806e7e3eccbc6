"""What an account's name, address and password must be, how addresses are compared, and where signing in may lead to."""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

from eventreg.accounts.rules.refusals import AccountReason
from eventreg.kernel.errors import Refused
from eventreg.kernel.text import is_blank

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


_LONGEST = 2_000
#: a page of the desk or one's account, each part of the path plain letters, and a query string that is encoded
_TARGET = re.compile(
    r"/(?:manage|account)(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?(?:\?[A-Za-z0-9._~%+&=:,;*!'()-]*)?", re.ASCII
)


def is_safe_target(target: str) -> bool:
    """Say whether `target` is an address of our own that needs signing in, written plainly.

    Everything else is refused, whatever a browser would make of it: other hosts (`//evil`, `https:evil`, backslashes),
    user info, white space and control characters, encoded separators in the path.
    """
    return len(target) <= _LONGEST and _TARGET.fullmatch(target) is not None


SHORTEST = 12
#: nobody types more; longer is refused in words, never cut
LONGEST = 1_000
#: as typed, an accented letter being two or three characters; what is longer is not even normalized, since the time
#: that takes grows with the square of a run of accents
_LONGEST_TYPED = 4 * LONGEST


def normalized(password: str) -> str:
    """Return the password as it is hashed: keyboards write "ñ" as one character or as two (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def is_too_long(password: str) -> bool:
    """Say whether a password is longer than any that can be set."""
    return len(password) > _LONGEST_TYPED or len(normalized(password)) > LONGEST


def check_new_password(password: str) -> None:
    """Raise Refused (PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG) unless the password may be set."""
    if is_too_long(password):
        raise Refused(AccountReason.PASSWORD_TOO_LONG, longest=LONGEST)
    if len(normalized(password)) < SHORTEST:
        raise Refused(AccountReason.PASSWORD_TOO_SHORT, shortest=SHORTEST)
