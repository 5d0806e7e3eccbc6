"""What in a PDF runs code, starts programs or carries other files (ISO 32000-1: 7.11.4, 12.6.4, 12.7.8).

The names of such things are looked for in the whole file and in its object streams, the one place where they can stand
compressed. What merely opens at a page or a size (`/OpenAction` with a destination), links, and forms without scripts are let
be. Nothing of the file is built up or followed, so that no loop in it can hold us; what is unpacked has a bound.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

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
