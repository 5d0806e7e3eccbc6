"""Passwords as argon2id: 19 MiB, two passes, one lane (OWASP's setting for servers), about 50 ms each.

The whole password is hashed, however long it is. No more than two are hashed at once in a process, so that a flood of
sign-ins cannot take its memory.
"""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from eventreg.accounts.rules.passwords import is_too_long, normalized

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = threading.BoundedSemaphore(2)
#: of a password that nobody knows: checked when there is no account, so that both take the same time
_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$os0nZaBkO7CFpqq7vKJAQg$ihW8zXM/E9Y1UycMk6SMOaBj/aHFqv05ZVZ9QppKEU0"


def hash_of(password: str) -> str:
    """Return what is stored of a password, in argon2's own notation."""
    with _at_once:
        return _hasher.hash(normalized(password))


def fits(stored: str, password: str) -> bool:
    """Say whether `password` is the one of `stored`; takes as long when `stored` is empty."""
    # What is too long to have been set is compared as well, as wrong: it takes as long.
    is_possible = bool(stored) and not is_too_long(password)
    tried = normalized(password) if is_possible else ""
    with _at_once:
        try:
            is_right = _hasher.verify(stored or _NOBODYS, tried)
        except (VerificationError, InvalidHashError):
            return False
    return is_right and is_possible


def is_outdated(stored: str) -> bool:
    """Say whether `stored` was made with other settings than today's."""
    return _hasher.check_needs_rehash(stored)
