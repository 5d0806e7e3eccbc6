"""Whom a request is counted for.

What cookies are called.
"""

import ipaddress


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


def cookie_name(name: str, *, is_https: bool) -> str:
    """Return the name of a cookie: on https one that browsers take from this very host alone, over https, for all its paths.

    So no other host of the same domain can set one that we read (RFC 6265bis, `__Host-`).
    """
    return f"__Host-{name}" if is_https else name
