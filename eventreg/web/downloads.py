"""Files that go out: as attachments, of the type found from their content, so that no browser runs them."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response


def as_attachment(content: bytes, name: str, media_type: str) -> Response:
    """Return a download. `name` may hold any letters; the header has an ASCII form beside the real one (RFC 6266)."""
    plain = name.encode("ascii", "replace").decode("ascii").replace("?", "_")
    plain = "".join("_" if char in '"\\' or ord(char) < 32 else char for char in plain)
    response = Response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
