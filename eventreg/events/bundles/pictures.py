"""Pictures in an event's file: the bytes as we encoded them, so that nothing is lost by taking them out and in again."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from eventreg.events.bundles.faults import BundleInvalid
from eventreg.events.bundles.fields import mapping
from eventreg.events.bundles.parts import Intake, Outlet
from eventreg.kernel.errors import Refused
from eventreg.media.encoding import EncodedPicture
from eventreg.media.models import Picture
from eventreg.media.rules.pictures import check_pixels, picture_format
from eventreg.media.services import check_room, keep_picture

#: what we encode as; the largest that we make is well below
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_MOST_BYTES = 1_000_000


def taken_picture(picture: Picture | None, outlet: Outlet) -> dict[str, Any] | None:
    """Return what a record says of its picture."""
    return None if picture is None else {"file": outlet.keep(picture.content), "media_type": picture.media_type}


def given_picture(data: Any, place: str, intake: Intake) -> int | None:
    """Keep the picture that a record has and return the id of its row. Raises BundleInvalid for what is none."""
    if data is None:
        return None
    content = intake.read_file(mapping(data, place).get("file"), place)
    picture = _checked(content, place)
    try:
        check_room()
    except Refused as refused:
        raise BundleInvalid(f"{place}: the disk takes no more") from refused
    return keep_picture(picture, intake.at)


def _checked(content: bytes, place: str) -> EncodedPicture:
    """Look whether the bytes are a picture from beginning to end; they are kept as they are."""
    from PIL import Image

    try:
        format_name = picture_format(content)
        if format_name not in _TYPES or len(content) > _MOST_BYTES:
            raise BundleInvalid(f"{place}: is no picture that is kept (PNG, JPEG, WebP; 1 MB at most)")
        with Image.open(BytesIO(content), formats=(format_name,)) as picture:
            check_pixels(*picture.size)
            picture.load()
            return EncodedPicture(_TYPES[format_name], *picture.size, content)
    except (Refused, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BundleInvalid(f"{place}: is no picture that can be read") from error
