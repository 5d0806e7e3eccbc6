"""Why something about an account was not done."""

from datetime import datetime, timedelta

from eventreg.kernel.errors import N_, Reason, Refused, TimeOf, ZoneOf


class AccountReason(Reason):
    """What stands against it."""

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
