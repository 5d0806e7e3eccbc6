"""How often something that is guessed at or flooded may be tried, what tries are counted by, and who tries."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """At most `most` tries for `purpose` in any `minutes` minutes, counted by one subject."""

    #: 32 characters at most, like "sign-in/address"
    purpose: str
    most: int
    minutes: int
    #: when the limit is reached, one more is admitted so many minutes after the last. For what is mailed to somebody else than
    #: may have asked: nobody can use it up for them, and mails stay few. 0: none is
    one_more_after: int = 0


@dataclass(frozen=True)
class Guard:
    """What is guessed at: strangers are counted by the account and by their network, a device that the account knows apart."""

    by_account: Limit
    by_client: Limit
    by_device: Limit


@dataclass(frozen=True)
class Visitor:
    """Whoever tries: the network address, and the marks that accounts have left in this browser (`accounts.sessions`)."""

    client: str | None = None
    marks: tuple[str, ...] = ()


SIGN_IN = Guard(Limit("sign-in/address", 10, 15), Limit("sign-in/client", 30, 15), Limit("sign-in/device", 10, 15))
#: shorter than a mailed link lasts: whoever asks, its holder has one in the mailbox that works
LINK = Guard(
    Limit("sign-in-link/address", 3, 60, one_more_after=12),
    Limit("sign-in-link/client", 20, 60),
    Limit("sign-in-link/device", 5, 60),
)
OLD_PASSWORD = Guard(
    Limit("old-password/account", 10, 15), Limit("old-password/client", 30, 15), Limit("old-password/device", 10, 15)
)
CODE = Guard(Limit("code/account", 10, 15), Limit("code/client", 30, 15), Limit("code/device", 10, 15))
INVITATION_BY_ACCOUNT = Limit("invitation/account", 40, 60)
INVITATION_BY_ADDRESS = Limit("invitation/address", 5, 60)
