"""Whom a request is counted for."""

from __future__ import annotations

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
