"""Sizes of files, in words."""

from __future__ import annotations

from flask_babel import format_decimal
from flask_babel import gettext as _

_KILOBYTE, _MEGABYTE = 1024, 1024 * 1024


def size_words(size: int) -> str:
    """Return bytes as people say them: "84 KB", "1.2 MB", with the reader's units and decimal point."""
    if size < _MEGABYTE:
        return _("%(number)s KB", number=max(round(size / _KILOBYTE), 1))
    return _("%(number)s MB", number=format_decimal(round(size / _MEGABYTE, 1)))
