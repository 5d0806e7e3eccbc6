"""What a file is besides what it says: content that a browser or an unpacker could take for something else."""

from __future__ import annotations

import re

_HEAD = 1024
#: a ZIP's end record is 22 bytes and a comment of up to 64 KiB
_ZIP_TAIL = 22 + 65_535
#: what makes a browser or an unpacker take a file for something else, in small letters
_FOREIGN_IN_HEAD = (
    b"<!doctype",
    b"<html",
    b"<head",
    b"<body",
    b"<script",
    b"<iframe",
    b"<svg",
    b"<?php",
    b"pk\x03\x04",
    b"pk\x05\x06",
    b"rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
)
#: a page anywhere: longer marks, which do not come about by chance in fifty megabytes of packed data
_PAGE = re.compile(
    rb"<(?:!(?i:doctype)\s+(?i:html)"
    rb"|[hH](?i:tml|ead)[\s>/]|[bB](?i:ody)[\s>/]|[sS](?i:cript)[\s>/]|[iI](?i:frame)[\s>/]"
    rb"|[sS](?i:vg)\s[^<>]{0,400}?(?i:xmlns|on[a-z]+\s*=)|\?(?i:php)[\s])"
)


def holds_page(content: bytes) -> bool:
    """Say whether HTML, SVG or PHP begins anywhere in a file that is none of them."""
    return _PAGE.search(content) is not None


def is_two_things(content: bytes) -> bool:
    """Say whether a file that is no page and no archive can be read as one.

    So it is with HTML or SVG anywhere, an archive or the mark of a PDF in its first KiB, or with a ZIP archive hung on at
    the end.
    """
    head = content[:_HEAD].lower()
    if any(mark in head for mark in _FOREIGN_IN_HEAD) or holds_page(content):
        return True
    # Readers of PDF look for its mark anywhere in the first KiB (ISO 32000-1, annex H), so it counts there.
    if b"%pdf-" in head[1:]:
        return True
    return b"PK\x05\x06" in content[-_ZIP_TAIL:] and b"PK\x01\x02" in content
