"""How often something that is guessed at or flooded may be tried, and what tries are counted by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """At most `most` tries for `purpose` in any `minutes` minutes, counted by one subject."""

    #: 32 characters at most, like "sign-in/address"
    purpose: str
    most: int
    minutes: int


SIGN_IN_BY_ADDRESS = Limit("sign-in/address", 10, 15)
SIGN_IN_BY_CLIENT = Limit("sign-in/client", 30, 15)
LINK_BY_ADDRESS = Limit("sign-in-link/address", 5, 60)
LINK_BY_CLIENT = Limit("sign-in-link/client", 20, 60)
OLD_PASSWORD_BY_ACCOUNT = Limit("old-password/account", 10, 15)
CODE_BY_ACCOUNT = Limit("code/account", 10, 15)
CODE_BY_CLIENT = Limit("code/client", 30, 15)
INVITATION_BY_ACCOUNT = Limit("invitation/account", 40, 60)
INVITATION_BY_ADDRESS = Limit("invitation/address", 5, 60)
