"""Codes of the second factor: those of an app by time (TOTP, RFC 6238: SHA-1, 30 seconds, six digits), and recovery codes."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime

import pyotp

PERIOD_SECONDS = 30
RECOVERY_CODES = 10
#: letters and digits that are not taken for one another when read or copied by hand
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_HALF = 5
_TIMED = re.compile(r"[0-9]{6}", re.ASCII)
_RECOVERY = re.compile(rf"[{_ALPHABET}]{{{2 * _HALF}}}")


def new_secret() -> str:
    """Return a random secret of 160 bits in base32, as apps take it."""
    return pyotp.random_base32()


def setup_address(secret: str, account: str, issuer: str) -> str:
    """Return the `otpauth:` address that an app reads from the square: the secret, and under which name it is kept."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def in_groups(secret: str) -> str:
    """Return a secret in groups of four, for typing it in."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def folded(code: str) -> str:
    """Return a code as it is compared: people type spaces, hyphens and capitals."""
    return re.sub(r"[\s-]+", "", code[:100]).lower()


def is_timed(code: str) -> bool:
    """Say whether a folded code has the form of an app's."""
    return _TIMED.fullmatch(code) is not None


def is_recovery(code: str) -> bool:
    """Say whether a folded code has the form of a recovery code."""
    return _RECOVERY.fullmatch(code) is not None


def step_of(secret: str, code: str, at: datetime, last_used: int | None) -> int | None:
    """Return the time step whose code this is, or None when it is wrong or was used.

    One step earlier or later counts as well, for clocks that are a little off (RFC 6238, 5.2); what is not newer than
    the last step that was used does not.
    """
    now = int(at.timestamp()) // PERIOD_SECONDS
    totp = pyotp.TOTP(secret)
    for step in (now, now - 1, now + 1):
        fits = hmac.compare_digest(totp.generate_otp(step), code)
        if fits and (last_used is None or step > last_used):
            return step
    return None


def new_recovery_code() -> str:
    """Return a random recovery code like "k7m2q-x9hvb", of 49 bits: too many to guess at the rate that is let in."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(2 * _HALF))
    return f"{code[:_HALF]}-{code[_HALF:]}"
