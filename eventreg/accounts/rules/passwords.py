"""What a password must be."""

from __future__ import annotations

import unicodedata

from eventreg.accounts.rules.refusals import AccountRefused, Reason

SHORTEST = 12
#: nobody types more; longer is refused in words, never cut
LONGEST = 1_000


def normalized(password: str) -> str:
    """Return the password as it is hashed: keyboards write "ñ" as one character or as two (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def check_new_password(password: str) -> None:
    """Raise AccountRefused (PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG) unless the password may be set."""
    if len(normalized(password)) < SHORTEST:
        raise AccountRefused(Reason.PASSWORD_TOO_SHORT, shortest=SHORTEST)
    if len(normalized(password)) > LONGEST:
        raise AccountRefused(Reason.PASSWORD_TOO_LONG, longest=LONGEST)
