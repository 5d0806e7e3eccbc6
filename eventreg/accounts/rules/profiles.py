"""What an account's name, address and password must be, how addresses are compared, and where signing in may lead to.

Why something about an account was not done.
"""

import re
import unicodedata
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email

from eventreg.kernel.errors import N_, Reason, Refused, TimeOf, ZoneOf
from eventreg.kernel.text import is_blank


class AccountReason(Reason):
    """What stands against something that an account should be, have or do."""

    NAME_MISSING = "name_missing", N_("Write a name of up to 200 characters"), "name"
    ADDRESS_INVALID = "address_invalid", N_("Write an email address like name@institution.org"), "email"
    ADDRESS_TAKEN = "address_taken", N_("There is an account with this address already"), "email"
    PASSWORD_TOO_SHORT = (
        "password_too_short",
        N_("Choose a password of %(shortest)s characters or more"),
        "new_password",
    )
    PASSWORD_TOO_LONG = "password_too_long", N_("Choose a password of up to %(longest)s characters"), "new_password"
    #: `told`: sentences, see `accounts.passwords`
    PASSWORD_EASY = "password_easy", "%(told)s", "new_password"
    OLD_PASSWORD_WRONG = "old_password_wrong", N_("This is not your present password"), "old_password"
    #: address and password do not belong together, or there is no such account: nobody is told which
    SIGN_IN_WRONG = (
        "sign_in_wrong",
        N_("Address and password do not match. Check both, or have a sign-in link sent to you."),
        "password",
    )
    TOO_MANY_TRIES = (
        "too_many_tries",
        N_("There were too many tries. The next one is possible from %(time)s (%(zone)s)."),
        "",
        429,
    )
    #: used, too old, replaced, or never made
    LINK_OVER = "link_over", N_("This link was used already, or it is too old. Ask for a new one.")
    #: neither a code of the app for this moment nor a recovery code, or one that was used
    CODE_WRONG = (
        "code_wrong",
        N_("This code does not fit, or it was used. Wait for the next one of your app, or use a recovery code."),
        "code",
    )
    #: the account changed, or too much time passed, between the first proof and the second
    SIGN_IN_OVER = "sign_in_over", N_("Too much time has passed. Sign in once more.")
    #: there is no password and no second factor: only a link shows who is there
    LINK_NEEDED = "link_needed", N_("Your account has no password. Have a sign-in link sent to you."), "password"
    FACTOR_IS_ON = "factor_is_on", N_("The second factor is on already"), "code"
    FACTOR_IS_OFF = "factor_is_off", N_("There is no second factor to confirm or to turn off"), "code"
    #: the account owns an event alone: somebody has to take it over
    SUCCESSOR_MISSING = (
        "successor_missing",
        N_("Choose who takes over the events that this person owns alone"),
        "successor",
    )
    #: nobody closes the account they are signed in with from the list of accounts
    OWN_ACCOUNT = "own_account", N_("You cannot close the account that you are signed in with"), "successor"


class TooManyTries(Refused):
    """A limit is reached, and nothing was looked at. `until` is when the next try is possible."""

    def __init__(self, until: datetime) -> None:
        minute = until + timedelta(seconds=59, microseconds=999_999)
        super().__init__(AccountReason.TOO_MANY_TRIES, time=TimeOf(minute), zone=ZoneOf(minute))
        self.until = until


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
