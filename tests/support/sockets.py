"""No test reaches beyond this machine."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from functools import wraps
from typing import Any

#: smtplib asks for the machine's own name
_NAMED = {"localhost", "", None, socket.gethostname()}


class SocketBlocked(RuntimeError):
    """A test tried to reach another machine."""


def block_other_hosts() -> None:
    """Refuse, for the rest of this process, every connection and look-up that is not for loopback.

    An audit hook would do the same, and be called two thousand times a test: whenever anybody asks for the `id` of something.
    """
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, _to_address(getattr(socket.socket, name)))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        setattr(socket, name, _to_name(getattr(socket, name)))


def _to_address(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def guarded(held: socket.socket, *given: Any) -> Any:
        # The last one: data and flags may come before it.
        if given and isinstance(given[-1], tuple):
            _allow(given[-1][0], call.__name__)
        return call(held, *given)

    return guarded


def _to_name(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def guarded(host: Any, *given: Any, **named: Any) -> Any:
        _allow(host, call.__name__)
        return call(host, *given, **named)

    return guarded


def _allow(host: Any, call: str) -> None:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name in _NAMED:
        return
    try:
        is_loopback = ipaddress.ip_address(str(name).split("%")[0]).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise SocketBlocked(f"{call} to {name!r}: tests reach loopback only")
