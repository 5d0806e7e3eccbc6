"""Addresses of the contact person as links."""

from __future__ import annotations

import re
from urllib.parse import quote

_EXTENSION = re.compile(r"(?:;ext=|\bext(?:ensi[oó]n)?\.?|\bx)\s*(\d+)\s*$", re.IGNORECASE)


def mail_uri(address: str) -> str:
    """Return the `mailto:` link of a mail address (RFC 6068)."""
    return "mailto:" + quote(address, safe="@+!$*'")


def telephone_uri(phone: str, country: str) -> str:
    """Return the `tel:` link (RFC 3966) of a number as people write it: "+525 555 36 39 54", "555 36 39 54 ext. 12".

    A number without its country code is only valid in its country, and the standard wants that said; `country` is ISO
    3166-1 alpha-2. Empty when there is no digit in it.
    """
    extension = _EXTENSION.search(phone)
    main = phone[: extension.start()] if extension else phone
    digits = "".join(str(int(char)) for char in main if char.isdecimal())
    if not digits:
        return ""
    suffix = f";ext={extension[1]}" if extension else ""
    if main.lstrip(" \t(").startswith("+"):
        return f"tel:+{digits}{suffix}"
    return f"tel:{digits}{suffix}{_context(country)}"


def _context(country: str) -> str:
    from phonenumbers import country_code_for_region

    code = country_code_for_region(country)
    return f";phone-context=+{code}" if code else ""
