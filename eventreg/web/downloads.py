"""Files that go out: as attachments, of the type found from their content, so that no browser runs them.

Sizes of files, in words.
"""

from collections.abc import Iterable
from urllib.parse import quote

from flask import Response
from flask_babel import format_decimal, gettext as _


def as_attachment(content: bytes | Iterable[bytes], name: str, media_type: str, size: int | None = None) -> Response:
    """Return a download. `name` may hold any letters; the header has an ASCII form beside the real one (RFC 6266).

    `content` in parts goes out as it is read; `size` is then its length in bytes.
    """
    plain = name.encode("ascii", "replace").decode("ascii").replace("?", "_")
    plain = "".join("_" if char in '"\\' or ord(char) < 32 else char for char in plain)
    response = Response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    if size is not None:
        response.content_length = size
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


_KILOBYTE, _MEGABYTE = 1024, 1024 * 1024


def size_words(size: int) -> str:
    """Return bytes as people say them: "84 KB", "1.2 MB", with the reader's units and decimal point."""
    if size < _MEGABYTE:
        return _("%(number)s KB", number=max(round(size / _KILOBYTE), 1))
    return _("%(number)s MB", number=format_decimal(round(size / _MEGABYTE, 1)))
