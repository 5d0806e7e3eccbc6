"""A field of a form for a picture."""

from typing import Any

from flask_wtf.file import FileField

from eventreg.kernel.errors import Refused
from eventreg.media.encoding import EncodedPicture
from eventreg.media.rules import MOST_BYTES
from eventreg.media.services import take_picture
from eventreg.web.refusals import said


class PictureField(FileField):  # type: ignore[misc]  # flask-wtf ships no types
    """A picture that somebody sends. Validating it, before any lock, makes it small: `picture`, None where none was sent."""

    def __init__(self, label: str = "", *, most: tuple[int, int], **values: Any) -> None:
        super().__init__(label, **values)
        self.most = most
        self.picture: EncodedPicture | None = None

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Read what was sent, and refuse what is no picture."""
        self.errors = []
        if self.data:
            try:
                self.picture = take_picture(self.data.read(MOST_BYTES + 1), self.most)
            except Refused as refused:
                self.errors = [said(refused)]
        return not self.errors
