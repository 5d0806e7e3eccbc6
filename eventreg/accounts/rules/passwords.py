"""What a password must be."""

from __future__ import annotations

import unicodedata

from eventreg.accounts.rules.refusals import AccountReason
from eventreg.kernel.errors import Refused

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
