"""No test reaches beyond this machine."""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

#: smtplib asks for the machine's own name
_NAMED = {"localhost", "", None, socket.gethostname()}


class SocketBlocked(RuntimeError):
    """A test tried to reach another machine."""


def block_other_hosts() -> None:
    """Refuse, for the rest of this process, every connection and look-up that is not for loopback."""
    sys.addaudithook(_audit)


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        if isinstance(address, tuple):
            _allow(address[0], event)
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        _allow(args[0], event)


def _allow(host: Any, event: str) -> None:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name in _NAMED:
        return
    try:
        is_loopback = ipaddress.ip_address(str(name).split("%")[0]).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise SocketBlocked(f"{event} to {name!r}: tests reach loopback only")
