"""Office files: archives whose parts say what they are (OOXML, ECMA-376; OpenDocument 1.3, part 2)."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from eventreg.kernel.contents import holds_page

_OOXML = "application/vnd.openxmlformats-officedocument."
#: the content type of the main part, to the media type of the file
_MAIN_PARTS = {
    f"{_OOXML}{kind}.main+xml": f"{_OOXML}{name}"
    for kind, name in (
        ("wordprocessingml.document", "wordprocessingml.document"),
        ("presentationml.presentation", "presentationml.presentation"),
        ("spreadsheetml.sheet", "spreadsheetml.sheet"),
    )
}
_OPEN_DOCUMENTS = frozenset(
    f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "presentation", "spreadsheet")
)
_CONTENT_TYPES = "[Content_Types].xml"
_MOST_PARTS = 10_000
#: what is read of the part that says what the file is, however large it claims to be
_MOST_READ = 1_000_000
_CONTENT_TYPE = re.compile(r'ContentType\s*=\s*["\']([^"\']+)["\']')
#: programs inside: macros, and what other programs take such an archive for (Java, Android)
_PROGRAMS = re.compile(
    r"(?i)vbaproject|meta-inf/manifest\.mf$|\.(?:class|dex|exe|dll|js|vbs|bat|cmd|com|scr|lnk|jar|hta)$|^(?:Basic|Scripts)/"
)
_END_RECORD = b"PK\x05\x06"
#: stands before the end record of an archive whose directory may be of any size (ZIP64)
_LOCATOR = b"PK\x06\x07"
#: bytes of the directory: it is read whole, and each of its entries becomes an object of half a kilobyte
_LARGEST_DIRECTORY = 2_000_000
_HEAD = 1024
_PAGES = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?php", b"%pdf-")


def sniff_office(content: bytes) -> str | None:
    """Return the media type of a text, presentation or sheet of OOXML or OpenDocument, else None.

    None also for one with macros or programs in it, and for a file that can be read as something else: with anything
    before the archive or after its end, with a page anywhere or a PDF in its first KiB. Nothing but what says the type is
    unpacked.
    """
    if not content.startswith(b"PK\x03\x04") or not _ends_with_archive(content):
        return None
    if any(mark in content[:_HEAD].lower() for mark in _PAGES) or holds_page(content):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _type_of(archive)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return None


def _type_of(archive: zipfile.ZipFile) -> str | None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if len(names) != len(set(names)) or len(names) > _MOST_PARTS or min(part.header_offset for part in parts) != 0:
        return None
    if any(_PROGRAMS.search(name) for name in names):
        return None
    if _CONTENT_TYPES in names:
        return _type_of_ooxml(_read(archive, _CONTENT_TYPES))
    # OpenDocument: the first part is called so and is not compressed (part 2, 3.3).
    if names[0] == "mimetype" and parts[0].compress_type == zipfile.ZIP_STORED:
        named = _read(archive, "mimetype")
        return named if named in _OPEN_DOCUMENTS else None
    return None


def _type_of_ooxml(content_types: str) -> str | None:
    named = _CONTENT_TYPE.findall(content_types)
    if any("macroenabled" in each.lower() for each in named):
        return None
    found = {_MAIN_PARTS[each] for each in named if each in _MAIN_PARTS}
    return found.pop() if len(found) == 1 else None


def _read(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as part:
        return part.read(_MOST_READ).decode("utf-8", "replace")


def _ends_with_archive(content: bytes) -> bool:
    """Say whether the end record of an archive with a directory of a document's size is the last thing, without a comment."""
    directory = int.from_bytes(content[-10:-6], "little")
    is_end = content[-22:-18] == _END_RECORD and content[-2:] == b"\0\0"
    return is_end and content[-42:-38] != _LOCATOR and directory <= _LARGEST_DIRECTORY
