"""Ways into an account, and what each proves. A passkey or a provider of identities is one more `Way`."""

from __future__ import annotations

import enum
from datetime import timedelta

#: a session ends this long after signing in, used or not
SESSION_LASTS = timedelta(hours=12)
#: this long after coming by a sign-in link one may set a password without the old one
LINK_IS_FRESH = timedelta(minutes=30)
#: so long may somebody who gave the first proof take to give the second
CODE_WAITS = timedelta(minutes=10)
#: `seen_at` is not written more often
SEEN_EVERY = timedelta(minutes=5)


class Way(enum.Enum):
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
        return self in (Way.LINK, Way.INVITATION)

    @property
    def asks_for_second_factor(self) -> bool:
        """Whether an account with a second factor is asked for it as well.

        A passkey that was unlocked with finger or PIN is two factors in one and would say no.
        """
        return True


def is_code_asked(way: Way, has_second_factor: bool) -> bool:
    """Say whether, after the first proof, a code has to be given."""
    return has_second_factor and way.asks_for_second_factor
