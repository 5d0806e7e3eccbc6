"""How often something that is guessed at or flooded may be tried, and what tries are counted by."""

from __future__ import annotations

import ipaddress
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


def client_network(address: str | None) -> str:
    """Return what a client's tries are counted by: its IPv4 address, or the /64 that one IPv6 client holds."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)
