"""Codes of the second factor: those of an app by time (TOTP, RFC 6238: SHA-1, 30 seconds, six digits), and recovery codes.

Ways into an account, and what each proves. A passkey or a provider of identities is one more `SignInWay`.

What a browser calls itself, in the few words by which a person knows it again.
"""

import enum
import hmac
import re
import secrets
from datetime import datetime, timedelta

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


#: a session ends this long after signing in, used or not
SESSION_LASTS = timedelta(hours=12)
#: this long after coming by a sign-in link one may set a password without the old one
LINK_IS_FRESH = timedelta(minutes=30)
#: so long may somebody who gave the first proof take to give the second
CODE_WAITS = timedelta(minutes=10)
#: `seen_at` is not written more often
SEEN_EVERY = timedelta(minutes=5)


class SignInWay(enum.Enum):
    """The first proof of who somebody is. The value is stored with the session, 24 characters at most."""

    #: known to the person
    PASSWORD = "password"  # noqa: S105 - names a way
    #: sent to the person's mailbox
    LINK = "link"
    #: sent to the person's mailbox by whoever invited
    INVITATION = "invitation"

    @property
    def proves_mailbox(self) -> bool:
        """Whether it shows that the person reads the mail of the account."""
        return self in (SignInWay.LINK, SignInWay.INVITATION)

    @property
    def asks_for_second_factor(self) -> bool:
        """Whether an account with a second factor is asked for it as well.

        A passkey that was unlocked with finger or PIN is two factors in one and would say no.
        """
        return True


def is_code_asked(way: SignInWay, has_second_factor: bool) -> bool:
    """Say whether, after the first proof, a code has to be given."""
    return has_second_factor and way.asks_for_second_factor


#: the first that is found counts: most browsers name others too, to be taken for them
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def client_words(user_agent: str) -> str:
    """Return browser and system like "Firefox, Windows" from a User-Agent header; empty where neither is known.

    Names only, no version: they say nothing that tells one person's browser from another's.
    """
    found = (_first(user_agent, _BROWSERS), _first(user_agent, _SYSTEMS))
    return ", ".join(name for name in found if name)


def _first(user_agent: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in known if mark in user_agent), "")
