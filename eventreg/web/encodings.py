"""What the client can unpack."""

from __future__ import annotations

from flask import request


def accepts_gzip() -> bool:
    """Say whether the client takes gzip: named or by `*`, and not with quality 0."""
    return request.accept_encodings.quality("gzip") > 0
