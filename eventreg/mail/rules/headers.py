"""What may stand in a header: one line, so that nobody adds a header; one address, so that nobody adds a recipient."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

MAX_SUBJECT = 400
MAX_SENDER_NAME = 200
_MAX_ADDRESS = 320
#: the local part is ASCII: few servers take others (SMTPUTF8), and forms refuse them. The domain may be in any script.
#: A quoted local part, a comment, a name or a second address has no place
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@<>()\[\],;:\\\"]+\.[^\s@<>()\[\],;:\\\"]+")


def one_line(text: str, limit: int) -> str:
    """Return `text` as one line: white space and line ends as one space, no control characters, cut to `limit`."""
    line = " ".join("".join(char for char in text if char.isspace() or not _is_control(char)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def check_header(name: str, value: str, limit: int) -> str:
    """Return `value` if it may stand in the header `name`. Raises ValueError, which names no value."""
    if any(_is_control(char) for char in value) or len(value.splitlines()) > 1:
        raise ValueError(f"{name} holds a line end or another control character")
    if len(value) > limit:
        raise ValueError(f"{name} is longer than {limit} characters")
    return value


def check_address(name: str, value: str) -> str:
    """Return `value` if it is one plain mail address. Raises ValueError, which names no value."""
    check_header(name, value, _MAX_ADDRESS)
    if not _ADDRESS.fullmatch(value):
        raise ValueError(f"{name} is no plain mail address")
    try:
        ascii_address(value)
    except UnicodeError:
        raise ValueError(f"{name} has a domain that no server can have") from None
    return value


def ascii_address(address: str) -> str:
    """Return a plain mail address with its domain as servers write it (IDNA). Raises UnicodeError when it cannot be."""
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def own_domain(base_url: str) -> str:
    """Return how the instance calls itself to mail servers: the host of its address, never the machine's name."""
    host = urlsplit(base_url).hostname or ""
    # An address of IPv6 would need a form of its own, which some servers do not know.
    return "localhost" if ":" in host or not host else host.encode("idna").decode("ascii")


def _is_control(char: str) -> bool:
    # Cc: the controls, with CR, LF and NEL; Zl, Zp: the line and paragraph separators; Cs: halves that no mail holds
    return unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs")
