"""What a file really is, by its content and never by its name, and the name that it can be saved under.

The checks are light: they tell a few kinds apart from everything else, and from files that are two things at once. They do
not say that a file is harmless: files go out as attachments and are never shown in a page. Office files: `kernel.office`.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from pathlib import PurePosixPath

from eventreg.kernel.contents import is_two_things

EXTENSIONS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.presentation": (".odp",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
}
LONGEST_NAME = 120

_PDF_TAIL = 2048
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: JPEG: the frame headers (ITU-T T.81, table B.1), which hold the picture's size
_FRAME_HEADERS = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_START_OF_SCAN = 0xDA


def sniff(content: bytes) -> str | None:
    """Return the media type of a PDF, JPEG or PNG file, else None.

    None also for a file that is one of them and can be read as something else: one with HTML, SVG, an archive or a
    second signature in its first KiB, or with a ZIP archive hung on at the end.
    """
    if is_two_things(content):
        return None
    if content.startswith((b"%PDF-1.", b"%PDF-2.")):
        return "application/pdf" if _is_whole_pdf(content) else None
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg" if _is_whole_jpeg(content) else None
    if content.startswith(_PNG_SIGNATURE):
        return "image/png" if _is_whole_png(content) else None
    return None


def safe_name(name: str, media_type: str | None = None) -> str:
    """Return a file name to show and to save under, 1 to 120 characters long: no folder, no control characters.

    With `media_type` it ends as such a file does, so that a saved "letter.html" is not opened as a page.
    """
    base = PurePosixPath(name.replace("\\", "/")).name
    bare = "".join(char for char in base if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    bare = re.sub(r'[<>:"/|?*]', "_", bare).strip(" .") or "file"
    endings = EXTENSIONS.get(media_type or "", ())
    if endings and not bare.lower().endswith(endings):
        bare += endings[0]
    if len(bare) <= LONGEST_NAME:
        return bare
    ending = PurePosixPath(bare).suffix[:10]
    return bare[: LONGEST_NAME - len(ending)].rstrip(" .") + ending


def _is_whole_pdf(content: bytes) -> bool:
    tail = content[-_PDF_TAIL:]
    return b"startxref" in tail and b"%%EOF" in tail


def _is_whole_jpeg(content: bytes) -> bool:
    """Walk the segments up to the picture data. What phones add after the end of the picture is let be."""
    at, has_frame = 2, False
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if length < 2 or marker < 0xC0:
            return False
        if marker in _FRAME_HEADERS:
            height, width = content[at + 5 : at + 7], content[at + 7 : at + 9]
            has_frame = any(height) and any(width)
        at += 2 + length
        if marker == _START_OF_SCAN:
            return has_frame and b"\xff\xd9" in content[at:]
    return False


def _is_whole_png(content: bytes) -> bool:
    """Walk the chunks, the first being IHDR with a right checksum, to IEND, after which nothing stands."""
    header = content[8:33]
    if len(header) < 25 or header[:8] != b"\x00\x00\x00\x0dIHDR" or not (any(header[8:12]) and any(header[12:16])):
        return False
    if zlib.crc32(header[4:21]) != int.from_bytes(header[21:25], "big"):
        return False
    at = 33
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        kind = content[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            return at == len(content)
    return False
