"""The form of an event's colours and picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField

from eventreg.events.forms.localized import LocalizedField, LocalizedForm
from eventreg.media.encoding import EncodedPicture
from eventreg.media.rules.pictures import MOST_BYTES, PictureRefused
from eventreg.media.services import take_picture
from eventreg.media.wording import refusal_sentence
from eventreg.web.forms import lazy_gettext
from eventreg.web.palettes import palette_names

#: width and height in pixels: twice the width of the column, for dense screens
LARGEST_PICTURE = (1600, 1000)
LONGEST_DESCRIPTION = 300


class LookForm(LocalizedForm):
    """Palette, picture, and what the picture shows."""

    revision = HiddenField()
    palette = RadioField(lazy_gettext("Colours"))
    picture = FileField(
        lazy_gettext("Picture"),
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
        self.encoded: EncodedPicture | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Check everything, and read the picture that was sent into `encoded`, if there was one."""
        is_sound = bool(super().validate(extra_validators))
        upload = self.picture.data
        data = upload.read() if upload else b""
        if not data and not getattr(upload, "filename", ""):
            return is_sound
        try:
            self.encoded = take_picture(data, LARGEST_PICTURE)
        except PictureRefused as refused:
            self.picture.errors = [refusal_sentence(refused)]
            return False
        return is_sound
