"""What a file really is, by its content and never by its name, and the name that it can be saved under.

The checks are light: they tell a few kinds apart from everything else, and from files that are two things at once. They do
not say that a file is harmless: files go out as attachments and are never shown in a page. Office files: `kernel.files`.

What a file is besides what it says: content that a browser or an unpacker could take for something else.

Office files: archives whose parts say what they are (OOXML, ECMA-376; OpenDocument 1.3, part 2).

What in a PDF runs code, starts programs or carries other files (ISO 32000-1: 7.11.4, 12.6.4, 12.7.8).

The names of such things are looked for in the whole file and in its object streams, the one place where they can stand
compressed. What merely opens at a page or a size (`/OpenAction` with a destination), links, and forms without scripts are let
be. Nothing of the file is built up or followed, so that no loop in it can hold us; what is unpacked has a bound.
"""

import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

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
    media_type = _begins_as(content)
    return media_type if media_type is not None and _IS_WHOLE[media_type](content) else None


def is_damaged(content: bytes, media_types: Collection[str]) -> bool:
    """Say whether a file begins as one of these types, is nothing else besides, and yet is not whole."""
    return _begins_as(content) in media_types and sniff(content) is None and not is_two_things(content)


def _begins_as(content: bytes) -> str | None:
    if content.startswith((b"%PDF-1.", b"%PDF-2.")):
        return "application/pdf"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/png" if content.startswith(_PNG_SIGNATURE) else None


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


_IS_WHOLE = {"application/pdf": _is_whole_pdf, "image/jpeg": _is_whole_jpeg, "image/png": _is_whole_png}
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


_DELIMITER = rb"(?=[\x00\t\n\f\r ()<>\[\]{}/%]|\Z)"
_BLANK = rb"[\x00\t\n\f\r ]{0,99}"


def _letters(name: str) -> bytes:
    """Return a pattern for a name, each of whose letters may stand as "#4a" (7.3.5)."""
    letters = (f"(?:{char}|#{_nibble(ord(char) >> 4)}{_nibble(ord(char) & 15)})" for char in name)
    return "".join(letters).encode()


def _nibble(value: int) -> str:
    digit = f"{value:x}"
    return f"[{digit}{digit.upper()}]" if digit.isalpha() else digit


_NAMES = ("JavaScript", "Launch", "ImportData", "Rendition", "RichMedia", "GoToE", "SubmitForm", "EmbeddedFile", "XFA")
_ACTIVE = re.compile(
    rb"/(?=[JLIRGESX#])(?:(?:" + b"|".join(map(_letters, _NAMES)) + rb")" + _DELIMITER
    # A file that is attached, whatever its stream calls itself.
    + rb"|" + _letters("EF") + _BLANK + rb"(?:<<|[0-9]{1,10}" + _BLANK + rb"[0-9]{1,5}" + _BLANK + rb"R))"
)  # fmt: skip
#: what no reader takes for an object stream lacks it
_FIRST = re.compile(b"/" + _letters("First") + _DELIMITER)
_OBJECT_STREAM = re.compile(b"/" + _letters("ObjStm") + _DELIMITER)
_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_OBJECT = re.compile(rb"[0-9]{1,10}[\x00\t\n\f\r ]{1,9}[0-9]{1,5}[\x00\t\n\f\r ]{1,9}obj")
#: bytes read and unpacked in all: the object streams of an honest file of fifty megabytes come to a few
_MOST_UNPACKED = 60_000_000
_MOST_STREAMS = 20_000
_STEP = 65_536
#: longer than any of the names, however it is written
_OVERLAP = 80


def is_active_pdf(content: bytes) -> bool:
    """Say whether a PDF holds scripts, programs to start or other files, or parts of it cannot be looked into."""
    if _ACTIVE.search(content):
        return True
    left = _MOST_UNPACKED
    for count, (start, is_certain) in enumerate(_object_streams(content)):
        if count >= _MOST_STREAMS:
            return True
        used, unpacked, is_active = _unpacked(content, start, left)
        left -= used
        # Locked files and strange encodings: what cannot be read cannot be vouched for.
        if is_active or left <= 0 or (is_certain and not unpacked):
            return True
    return False


def _object_streams(content: bytes) -> Iterator[tuple[int, bool]]:
    """Yield where data starts that can be an object stream's, and whether it says that it is."""
    before = 0
    for found in _STREAM.finditer(content):
        start, end = before, found.start()
        before = found.end()
        if not _FIRST.search(content, start, end):
            continue
        objects = [each.end() for each in _OBJECT.finditer(content, start, end)]
        own = objects[-1] if objects else start
        yield found.end(), _OBJECT_STREAM.search(content, own, end) is not None


def _unpacked(content: bytes, start: int, most: int) -> tuple[int, int, bool]:
    """Unpack a stream. Return how many bytes were read and written, how many written, and whether one of the names is in it."""
    packed = zlib.decompressobj()
    at, written, part, tail = start, 0, b"", b""
    try:
        while not packed.eof and at - start + written < most:
            data = packed.unconsumed_tail
            # What was packed tightly may still have more to give when all of it was read.
            if not data and len(part) < _STEP:
                data = content[at : at + _STEP]
                at += len(data)
                if not data:
                    break
            part = packed.decompress(data, _STEP)
            written += len(part)
            if _ACTIVE.search(tail + part):
                return at - start + written, written, True
            tail = (tail + part)[-_OVERLAP:]
    except zlib.error:
        pass
    return at - start + written, written, False
