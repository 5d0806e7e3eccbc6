"""What is taken as a picture, and what is kept of it. Cases 8 and 26."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from eventreg.kernel.errors import Refused
from eventreg.media.encoding import encode_picture
from eventreg.media.rules import LOGO_SIZE, MOST_BYTES, PICTURE_SIZE, PictureReason, most_bytes
from tests.media.samples import a_logo, a_photograph, opened, png_that_says, saved

_PNG = saved(a_logo(), "PNG")
_SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
_WEBP_OF_A_GIGAPIXEL = b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0" + b"\0" * 4 + b"\xff\x7f\0" + b"\xff\x7f\0"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", PictureReason.EMPTY, id="empty"),
        pytest.param(_SVG, PictureReason.MARKUP, id="SVG"),
        pytest.param(b"  <svg onload=alert(1)>", PictureReason.MARKUP, id="SVG without a head"),
        pytest.param(b"<!DOCTYPE html><p>x", PictureReason.MARKUP, id="HTML"),
        pytest.param(b"%PDF-1.7\n", PictureReason.NOT_A_PICTURE, id="PDF"),
        pytest.param(b"BM" + bytes(60), PictureReason.NOT_A_PICTURE, id="a format that is not known"),
        pytest.param(b"GIF89a/*<script>alert(1)</script>*/", PictureReason.NOT_A_PICTURE, id="GIF that is a page"),
        pytest.param(_PNG[:60] + b"%PDF-1.7" + _PNG[60:], PictureReason.NOT_A_PICTURE, id="PNG that is a PDF"),
        pytest.param(_PNG + b"PK\x01\x02..PK\x05\x06" + bytes(18), PictureReason.NOT_A_PICTURE, id="PNG with a ZIP"),
        pytest.param(_PNG[: len(_PNG) // 2], PictureReason.BROKEN, id="half a PNG"),
        pytest.param(b"\xff\xd8\xff\xe0" + bytes(40), PictureReason.BROKEN, id="head of a JPEG"),
        pytest.param(b"RIFF\x10\0\0\0WEBPVP8 ", PictureReason.BROKEN, id="head of a WebP"),
        pytest.param(b"GIF89a", PictureReason.BROKEN, id="head of a GIF"),
        pytest.param(b"\xff\xd8\xff" + bytes(MOST_BYTES), PictureReason.TOO_LARGE, id="too many bytes"),
        pytest.param(png_that_says(8_000, 5_001), PictureReason.TOO_MANY_PIXELS, id="a little too many pixels"),
        pytest.param(png_that_says(10_000, 10_000), PictureReason.TOO_MANY_PIXELS, id="as many as Pillow warns of"),
        pytest.param(png_that_says(60_000, 60_000), PictureReason.TOO_MANY_PIXELS, id="a bomb"),
        pytest.param(_WEBP_OF_A_GIGAPIXEL, PictureReason.TOO_MANY_PIXELS, id="a bomb in WebP"),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes, reason: PictureReason) -> None:
    with pytest.raises(Refused) as refused:
        encode_picture(content, LOGO_SIZE)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param(_PNG, "image/png", id="PNG"),
        pytest.param(saved(a_logo(), "GIF"), "image/png", id="GIF"),
        pytest.param(saved(a_logo(), "WEBP", lossless=True), "image/png", id="WebP"),
        pytest.param(saved(a_logo(is_transparent=False).convert("P"), "PNG"), "image/png", id="PNG with a palette"),
        pytest.param(saved(Image.new("I;16", (90, 30), 40_000), "PNG"), "image/png", id="PNG of 16 bits"),
        pytest.param(saved(a_logo().convert("LA"), "PNG"), "image/png", id="PNG in grey"),
        pytest.param(saved(Image.new("1", (90, 30), 1), "PNG"), "image/png", id="PNG in black and white"),
    ],
)
def test_drawing_becomes_a_small_png(content: bytes, media_type: str) -> None:
    encoded = encode_picture(content, LOGO_SIZE)
    assert encoded.media_type == media_type
    picture = opened(encoded.content)
    assert picture.size == (encoded.width, encoded.height)
    assert encoded.width <= LOGO_SIZE[0]
    assert encoded.height <= LOGO_SIZE[1]
    assert len(encoded.content) <= most_bytes(LOGO_SIZE) == 64_000


def test_transparency_stays_and_colours_too() -> None:
    picture = opened(encode_picture(_PNG, LOGO_SIZE).content).convert("RGBA")
    assert picture.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert picture.getpixel((90, 90)) == (0, 51, 160, 255)
    grey = opened(encode_picture(saved(Image.new("I;16", (90, 30), 0x8000), "PNG"), LOGO_SIZE).content).convert("RGB")
    assert grey.getpixel((5, 5)) == (128, 128, 128)


@pytest.mark.parametrize(("most", "limit"), [(LOGO_SIZE, 64_000), (PICTURE_SIZE, 200_000)])
def test_photograph_is_sized_down_and_stays_under_its_limit(most: tuple[int, int], limit: int) -> None:
    photograph = a_photograph()
    encoded = encode_picture(saved(photograph, "JPEG", quality=95), most)
    assert encoded.media_type in ("image/jpeg", "image/webp")
    assert len(encoded.content) <= limit
    assert (encoded.width, encoded.height) <= most
    assert abs(encoded.width / encoded.height - 1.5) < 0.02


def test_noise_with_transparency_stays_under_its_limit() -> None:
    noise = a_photograph().convert("RGBA")
    noise.putalpha(a_photograph().convert("L"))
    encoded = encode_picture(saved(noise, "PNG", compress_level=1), LOGO_SIZE)
    assert len(encoded.content) <= 64_000
    assert opened(encoded.content).convert("RGBA").getextrema()[3] != (255, 255)


def test_small_picture_is_not_blown_up() -> None:
    encoded = encode_picture(saved(a_logo(90, 30), "PNG"), LOGO_SIZE)
    assert (encoded.width, encoded.height) == (90, 30)


def test_picture_is_turned_upright_and_says_nothing_of_where_it_was_taken() -> None:
    lying = a_photograph(600, 400)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    encoded = encode_picture(saved(lying, "JPEG", exif=exif, comment=b"Secret place"), PICTURE_SIZE)
    assert (encoded.width, encoded.height) == (400, 600)
    assert dict(opened(encoded.content).getexif()) == {}
    assert b"Secret" not in encoded.content


def test_notes_in_a_png_are_left_out() -> None:
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Author", "Secret Author")
    encoded = encode_picture(saved(a_logo(), "PNG", pnginfo=notes, icc_profile=b"Secret profile"), LOGO_SIZE)
    assert b"Secret" not in encoded.content
    assert "icc_profile" not in opened(encoded.content).info


def test_of_a_moving_picture_the_first_is_kept() -> None:
    frames: list[Any] = [Image.new("RGB", (60, 20), colour) for colour in ("red", "blue")]
    for format_name in ("GIF", "WEBP"):
        moving = saved(frames[0], format_name, save_all=True, append_images=frames[1:], lossless=True)
        picture = opened(encode_picture(moving, LOGO_SIZE).content)
        assert getattr(picture, "n_frames", 1) == 1
        assert picture.convert("RGB").getpixel((5, 5)) == (255, 0, 0)
