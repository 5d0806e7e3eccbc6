"""What cookies are called."""

from __future__ import annotations


def cookie_name(name: str, *, is_https: bool) -> str:
    """Return the name of a cookie: on https one that browsers take from this very host alone, over https, for all its paths.

    So no other host of the same domain can set one that we read (RFC 6265bis, `__Host-`).
    """
    return f"__Host-{name}" if is_https else name
