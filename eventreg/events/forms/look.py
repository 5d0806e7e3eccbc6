"""The form of an event's colours and picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, RadioField

from eventreg.media.forms import PictureField
from eventreg.media.rules.pictures import MOST_BYTES
from eventreg.web.forms import lazy_gettext
from eventreg.web.localized import LocalizedField, LocalizedForm
from eventreg.web.palettes import palette_names

#: width and height in pixels: twice the width of the column, for dense screens
LARGEST_PICTURE = (1600, 1000)
LONGEST_DESCRIPTION = 300


class LookForm(LocalizedForm):
    """Palette, picture, and what the picture shows."""

    revision = HiddenField()
    palette = RadioField(lazy_gettext("Colours"))
    picture = PictureField(
        lazy_gettext("Picture"),
        most=LARGEST_PICTURE,
        description=lazy_gettext("PNG, JPEG, WebP or GIF of at most %(limit)s MB.", limit=MOST_BYTES // 1_000_000),
    )
    is_removed = BooleanField(lazy_gettext("Remove the picture"))
    picture_text = LocalizedField(
        lazy_gettext("What the picture shows"),
        limit=LONGEST_DESCRIPTION,
        description=lazy_gettext("Read to those who cannot see it. Empty when it is only decoration."),
    )

    def __init__(self, languages: Sequence[str], **values: Any) -> None:
        super().__init__(languages, **values)
        self.palette.choices = [("", _("As the instance has them")), *palette_names()]
