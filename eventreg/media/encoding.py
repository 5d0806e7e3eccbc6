"""Making a picture ours: read, turned upright, sized down and encoded again, so that nothing else in the file is kept.

Pillow is imported when the first picture comes. One picture at a time in a process: a large one takes some hundred
megabytes while it is read.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from eventreg.kernel.errors import Refused
from eventreg.media.rules import MAIL_SIZE, PictureReason, check_pixels, most_bytes, picture_format

if TYPE_CHECKING:
    from PIL.Image import Image

_ORIENTATION = 0x0112
#: EXIF orientations whose sides are exchanged
_LYING = range(5, 9)
#: at most so many colours, the shades of smooth edges among them, are a drawing, which PNG keeps sharp
_DRAWING_COLOURS = 4096
_PALETTE = 256
_QUALITIES = (85, 75, 62, 50)
_SHRINK = 0.8
_SMALLEST_SIDE = 16
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class EncodedPicture:
    """A picture as we show it. Width and height in pixels."""

    media_type: str
    width: int
    height: int
    content: bytes


def encode_picture(data: bytes, most: tuple[int, int]) -> EncodedPicture:
    """Return the picture of a file, sized down to `most` (width and height in pixels), without what else it holds.

    PNG for drawings and what is transparent, else JPEG or WebP, whichever is smaller; never larger than `most_bytes`.
    Of a moving picture the first one. Raises Refused. Takes up to a second: to be called before the lock.
    """
    format_name = picture_format(data)
    with _one_at_a_time:
        picture = _read(data, format_name, most)
        while True:
            for media_type, content in _encodings(picture):
                if len(content) <= most_bytes(most):
                    return EncodedPicture(media_type, *picture.size, content)
            picture = _smaller(picture)


def encode_for_mail(content: bytes) -> bytes:
    """Return a picture of ours, small, as PNG or JPEG on white: as any mail program shows it, on whatever it shows it."""
    from PIL import Image

    with _one_at_a_time, Image.open(BytesIO(content)) as opened:
        picture = opened.convert("RGBA")
        picture.thumbnail(MAIL_SIZE, Image.Resampling.LANCZOS)
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        drawn = _saved(white.quantize(_PALETTE), "PNG", optimize=True)
        return min(drawn, _saved(white, "JPEG", quality=_QUALITIES[0], optimize=True), key=len)


def _read(data: bytes, format_name: str, most: tuple[int, int]) -> Image:
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(data), formats=(format_name,)) as opened:
            check_pixels(*opened.size)
            is_lying = opened.getexif().get(_ORIENTATION, 1) in _LYING
            box = (most[1], most[0]) if is_lying else most
            opened.draft("RGB", box)  # a large JPEG is read smaller at once
            sized = _in_plain_colours(opened)
            sized.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=3.0)
            return _bare(ImageOps.exif_transpose(sized))
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        check_pixels(1_000_000, 1_000_000)
        raise
    except Exception as error:  # Pillow's readers raise whatever they stumble over in a damaged file
        raise Refused(PictureReason.BROKEN) from error


def _in_plain_colours(picture: Image) -> Image:
    """Return a picture in RGB, or in RGBA when it can be transparent; sixteen bits a colour become eight."""
    if picture.mode.startswith(("I", "F")):
        scaled = picture.convert("I").point(lambda value: value * (1 / 256))
        return scaled.convert("L").convert("RGB")
    is_transparent = picture.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in picture.info
    wanted = "RGBA" if is_transparent else "RGB"
    return picture if picture.mode == wanted and not is_transparent else picture.convert(wanted)


def _bare(picture: Image) -> Image:
    """Return the pixels alone, without comments, profiles, places and dates; and without transparency that is none."""
    from PIL import Image

    if picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] == 255:
        picture = picture.convert("RGB")
    return Image.frombytes(picture.mode, picture.size, picture.tobytes())


def _encodings(picture: Image) -> Iterator[tuple[str, bytes]]:
    """Yield media type and content, the best first and each later one smaller or coarser."""
    if picture.mode == "RGBA" or picture.getcolors(_DRAWING_COLOURS) is not None:
        from PIL import Image

        yield "image/png", _saved(picture, "PNG", optimize=True)
        coarse = picture.quantize(_PALETTE, method=Image.Quantize.FASTOCTREE)
        yield "image/png", _saved(coarse, "PNG", optimize=True)
        yield "image/webp", _saved(picture, "WEBP", quality=_QUALITIES[0], method=4)
        return
    for quality in _QUALITIES:
        both = (
            ("image/jpeg", _saved(picture, "JPEG", quality=quality, progressive=True, optimize=True)),
            ("image/webp", _saved(picture, "WEBP", quality=quality, method=4)),
        )
        yield min(both, key=lambda encoded: len(encoded[1]))


def _smaller(picture: Image) -> Image:
    from PIL import Image

    width, height = (max(_SMALLEST_SIDE, int(side * _SHRINK)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _saved(picture: Image, format_name: str, **options: object) -> bytes:
    target = BytesIO()
    picture.save(target, format_name, **options)
    return target.getvalue()
