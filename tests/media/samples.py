"""Pictures made on the spot."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw


def saved(picture: Image.Image, format_name: str, **options: Any) -> bytes:
    """Return the file of a picture."""
    target = BytesIO()
    picture.save(target, format_name, **options)
    return target.getvalue()


def opened(content: bytes) -> Image.Image:
    """Return the picture of a file, read whole."""
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


def a_logo(width: int = 900, height: int = 300, *, is_transparent: bool = True) -> Image.Image:
    """A drawing: a disc and a bar."""
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0) if is_transparent else (255, 255, 255, 255))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((10, 10, height - 10, height - 10), fill=(0, 51, 160, 255))
    draw.rectangle((height, height // 3, width - 10, 2 * height // 3), fill=(200, 30, 60, 255))
    return picture


def a_photograph(width: int = 2400, height: int = 1600) -> Image.Image:
    """Something with very many colours, as hard to compress as a photograph."""
    noise = random.Random(7).randbytes(240 * 160 * 3)
    return Image.frombytes("RGB", (240, 160), noise).resize((width, height), Image.Resampling.BICUBIC)


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says to be this large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
