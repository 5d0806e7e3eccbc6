"""Where signing in may lead to."""

from __future__ import annotations

import re

_LONGEST = 2_000
#: a page of the desk or one's account, each part of the path plain letters, and a query string that is encoded
_TARGET = re.compile(
    r"/(?:manage|account)(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?(?:\?[A-Za-z0-9._~%+&=:,;*!'()-]*)?", re.ASCII
)


def is_safe_target(target: str) -> bool:
    """Say whether `target` is an address of our own that needs signing in, written plainly.

    Everything else is refused, whatever a browser would make of it: other hosts (`//evil`, `https:evil`, backslashes),
    user info, white space and control characters, encoded separators in the path.
    """
    return len(target) <= _LONGEST and _TARGET.fullmatch(target) is not None
