"""Why something about an account was not done. `accounts.wording` says each in a sentence."""

from __future__ import annotations

import enum
from datetime import datetime

from eventreg.kernel.errors import Refused


class Reason(enum.Enum):
    """What stands against it."""

    NAME_MISSING = "name_missing"
    ADDRESS_INVALID = "address_invalid"
    ADDRESS_TAKEN = "address_taken"
    #: details: `shortest`, in characters
    PASSWORD_TOO_SHORT = "password_too_short"  # noqa: S105 - names a reason
    #: details: `longest`, in characters
    PASSWORD_TOO_LONG = "password_too_long"  # noqa: S105 - names a reason
    #: details: `warning` and `hints`, see `accounts.strength`
    PASSWORD_EASY = "password_easy"  # noqa: S105 - names a reason
    OLD_PASSWORD_WRONG = "old_password_wrong"  # noqa: S105 - names a reason
    #: address and password do not belong together, or there is no such account: nobody is told which
    SIGN_IN_WRONG = "sign_in_wrong"
    #: details: `until`, when the next try is possible
    TOO_MANY_TRIES = "too_many_tries"
    #: used, too old, replaced, or never made
    LINK_OVER = "link_over"
    #: neither a code of the app for this moment nor a recovery code, or one that was used
    CODE_WRONG = "code_wrong"
    #: the account changed, or too much time passed, between the first proof and the second
    SIGN_IN_OVER = "sign_in_over"
    #: there is no password and no second factor: only a link shows who is there
    LINK_NEEDED = "link_needed"
    FACTOR_IS_ON = "factor_is_on"
    FACTOR_IS_OFF = "factor_is_off"
    #: the account owns an event alone: somebody has to take it over
    SUCCESSOR_MISSING = "successor_missing"
    #: nobody closes the account they are signed in with from the list of accounts
    OWN_ACCOUNT = "own_account"


class AccountRefused(Refused):
    """A rule about accounts said no."""

    reason: Reason


class TooManyTries(AccountRefused):
    """A limit is reached, and nothing was looked at. `until` is when the next try is possible."""

    def __init__(self, until: datetime) -> None:
        super().__init__(Reason.TOO_MANY_TRIES, until=until)
        self.until = until
