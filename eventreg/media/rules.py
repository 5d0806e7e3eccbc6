"""Pure decisions about pictures.

Which files are taken as pictures, told by their content and never by their name, and how large a picture may be.
"""

import struct

from eventreg.kernel.errors import N_, Reason, Refused
from eventreg.kernel.files import is_two_things

#: bytes of a file as it is sent
MOST_BYTES = 10_000_000
#: width times height of a picture as it is sent
MOST_PIXELS = 40_000_000
#: what is given to `media.services.store_picture` as `most`: width and height in pixels, for twice as fine screens
LOGO_SIZE = (560, 240)
PICTURE_SIZE = (1600, 900)
#: of a logo in a message, twice as fine as it is shown there (`mail.content`)
MAIL_SIZE = (280, 112)
_LOGO_BYTES = 64_000
_PICTURE_BYTES = 200_000

_SIGNATURES = {"PNG": (b"\x89PNG\r\n\x1a\n",), "JPEG": (b"\xff\xd8\xff",), "GIF": (b"GIF87a", b"GIF89a")}
_MARKUP = (b"<svg", b"<?xml", b"<!doctype", b"<html")


class PictureReason(Reason):
    """Why a file is not taken as a picture."""

    EMPTY = "empty", N_("The file is empty. Choose another one.")
    #: none of the formats that are known, or one that can be read as something else too
    NOT_A_PICTURE = "not_a_picture", N_("This file is no picture. Choose one in PNG, JPEG, WebP or GIF.")
    #: a drawing or a page: it can hold script
    MARKUP = "markup", N_("Drawings such as SVG can hold programs and are not taken. Save it as PNG.")
    TOO_LARGE = "too_large", N_("The file has %(size)s MB. A picture can have %(limit)s MB.")
    #: `limit` in millions of pixels
    TOO_MANY_PIXELS = (
        "too_many_pixels",
        N_("The picture has more than %(limit)s million pixels. Choose a smaller one."),
    )
    #: it begins like a picture and cannot be read to the end
    BROKEN = "broken", N_("The picture cannot be read: the file is damaged. Choose another one.")
    #: the disk takes no more
    CANNOT_BE_KEPT = "cannot_be_kept", N_("We cannot keep the file at this moment. Try again in a while")


def picture_format(content: bytes) -> str:
    """Return "PNG", "JPEG", "GIF" or "WEBP" for a file of at most `MOST_BYTES` that looks like one.

    Raises Refused. Whether the whole file can be read shows only when it is.
    """
    if not content:
        raise Refused(PictureReason.EMPTY)
    if len(content) > MOST_BYTES:
        size = f"{len(content) / 1_000_000:.1f}".removesuffix(".0")
        raise Refused(PictureReason.TOO_LARGE, size=size, limit=MOST_BYTES // 1_000_000)
    found = _signed_as(content)
    if found is None:
        is_markup = any(mark in content[:1024].lower() for mark in _MARKUP)
        raise Refused(PictureReason.MARKUP if is_markup else PictureReason.NOT_A_PICTURE)
    if is_two_things(content):
        raise Refused(PictureReason.NOT_A_PICTURE)
    if found == "WEBP":
        check_pixels(*_canvas_of_webp(content))
    return found


def check_pixels(width: int, height: int) -> None:
    """Refuse a picture with more than `MOST_PIXELS`. Raises Refused(TOO_MANY_PIXELS)."""
    if width * height > MOST_PIXELS:
        raise Refused(PictureReason.TOO_MANY_PIXELS, limit=MOST_PIXELS // 1_000_000)


def most_bytes(most: tuple[int, int]) -> int:
    """Return how many bytes a picture may have that is sized down to `most`: a logo few, so that a page stays light."""
    is_logo = most[0] * most[1] <= LOGO_SIZE[0] * LOGO_SIZE[1]
    return _LOGO_BYTES if is_logo else _PICTURE_BYTES


def _signed_as(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return next((name for name, signatures in _SIGNATURES.items() if content.startswith(signatures)), None)


def _canvas_of_webp(content: bytes) -> tuple[int, int]:
    """Return width and height of an extended WebP (RFC 9649, 2.7), whose reader makes room for them on opening.

    A plain one says its size in at most 14 bits each and is opened without: (0, 0).
    """
    if content[12:16] != b"VP8X" or len(content) < 30:
        return 0, 0
    width, height = (struct.unpack("<I", content[at : at + 3] + b"\0")[0] + 1 for at in (24, 27))
    return width, height
