"""A file that is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _, ngettext
from wtforms.fields.core import UnboundField

from eventreg.kernel.errors import Refused
from eventreg.kernel.files import EXTENSIONS
from eventreg.media.encoding import encode_picture
from eventreg.media.rules import MOST_BYTES, PictureReason
from eventreg.questionnaires.kinds import base
from eventreg.questionnaires.kinds.fields import UploadField, labelled
from eventreg.questionnaires.rules import answers
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question, Seeking
from eventreg.web.forms import lazy_gettext

#: what is refused whole, before any question is looked at, is 50 MB
_LARGEST = 40_000_000


class File(base.Kind):
    """A file, or several. Settings: `max_bytes` of each, `types` (of "pdf", "jpeg", "png", "docx", "odt"), `max_files` (1 where
    it is not set). A value is the public id of an upload.

    The bytes are checked by `rules.files.check_file` and kept by the registration, which alone knows what was uploaded.
    """

    name = "file"
    title = lazy_gettext("File")
    seeking = Seeking.PRESENCE
    group = base.KindGroup.FILE
    missing = answers.Reason.MISSING_FILE
    settings = frozenset({"max_bytes", "types", "max_files"})
    is_file = True

    def offered_settings(self) -> Sequence[base.Setting]:
        return (
            base.Setting("types", base.Shape.CHOICES, lambda: _("File types"), choices=_type_choices),
            base.Setting(
                "max_bytes",
                base.Shape.NUMBER,
                lambda: _("Largest size in megabytes"),
                least=1000,
                most=_LARGEST,
                unit=1_000_000,
            ),
            base.Setting("max_files", base.Shape.NUMBER, lambda: _("At most so many files"), most=answers.MOST_FILES),
        )

    def take(self, question: Question, content: bytes) -> tuple[str, bytes]:
        """Return the media type and the bytes to keep of a file that was sent. Raises Invalid."""
        return answers.check_file(question, content), content

    def check(self, question: Question) -> None:
        super().check(question)
        base.positive_setting(question, "max_bytes", answers.DEFAULT_MAX_BYTES, _LARGEST)
        base.positive_setting(question, "max_files", 1, answers.MOST_FILES)
        types = question.settings.get("types", answers.DEFAULT_TYPES)
        if not isinstance(types, list | tuple) or not types or not set(types) <= set(answers.MEDIA_TYPES):
            raise DefinitionInvalid(
                f"question {question.key}, settings.types: some of {', '.join(answers.MEDIA_TYPES)}"
            )

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        return [base.only(given)] if answers.most_files(question) == 1 else list(given)

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        types = question.settings.get("types", answers.DEFAULT_TYPES)
        accept = ",".join(ending for name in types for ending in EXTENSIONS[answers.MEDIA_TYPES[name]])
        limit = int(question.settings.get("max_bytes", answers.DEFAULT_MAX_BYTES))
        is_many = answers.most_files(question) > 1
        return UnboundField(UploadField, question, limit, accept, is_many, **labelled(question, context, language))

    def display(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> list[str]:
        """Say only that a file was sent: its name is sealed, and tells of the person."""
        with base.speaking(language):
            if len(values) > 1:
                return [ngettext("%(num)d file received", "%(num)d files received", len(values))]
            return [_("File received")] if values else []


class Picture(File):
    """A picture, made anew: upright, sized down, with nothing in it of where and when it was taken.

    Settings: `least_width`, `least_height` (pixels it must have; none where not set). A portrait for a badge needs 300 by
    400. Kept at 1200 by 1600 pixels at most.
    """

    name = "picture"
    title = lazy_gettext("Picture")
    hint = lazy_gettext("Like a portrait for the badge.")
    missing = answers.Reason.MISSING_PICTURE
    settings = frozenset({"least_width", "least_height"})
    kept_size = (1200, 1600)

    def offered_settings(self) -> Sequence[base.Setting]:
        return (
            base.Setting(
                "least_width", base.Shape.NUMBER, lambda: _("Smallest width in pixels"), most=self.kept_size[0]
            ),
            base.Setting(
                "least_height", base.Shape.NUMBER, lambda: _("Smallest height in pixels"), most=self.kept_size[1]
            ),
        )

    def check(self, question: Question) -> None:
        base.Kind.check(self, question)
        base.whole_setting(question, "least_width", 1, self.kept_size[0])
        base.whole_setting(question, "least_height", 1, self.kept_size[1])

    def take(self, question: Question, content: bytes) -> tuple[str, bytes]:
        """Return the picture as it is kept. Raises Invalid."""
        try:
            picture = encode_picture(content, self.kept_size)
        except Refused as refused:
            raise _invalid(refused, content) from refused
        least = (int(question.settings.get("least_width", 1)), int(question.settings.get("least_height", 1)))
        if picture.width < least[0] or picture.height < least[1]:
            raise answers.Invalid(answers.Reason.PICTURE_TOO_SMALL, width=least[0], height=least[1])
        return picture.media_type, picture.content

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        accept = ".jpg,.jpeg,.png,.webp,.gif"
        return UnboundField(UploadField, question, MOST_BYTES, accept, **labelled(question, context, language))

    def display(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> list[str]:
        """Say only that a picture was sent."""
        with base.speaking(language):
            return [_("Picture received")] if values else []


def _invalid(refused: Refused, content: bytes) -> answers.Invalid:
    match refused.reason:
        case PictureReason.EMPTY:
            return answers.Invalid(answers.Reason.FILE_EMPTY)
        case PictureReason.TOO_LARGE:
            return answers.too_large(len(content), MOST_BYTES)
        case PictureReason.TOO_MANY_PIXELS:
            return answers.Invalid(answers.Reason.PICTURE_TOO_MANY_PIXELS, **refused.details)
        case PictureReason.BROKEN:
            return answers.Invalid(answers.Reason.PICTURE_BROKEN)
        case _:
            return answers.not_of_types(("jpeg", "png", "webp", "gif"))


def _type_choices() -> list[tuple[str, str]]:
    return [
        ("pdf", "PDF"),
        ("jpeg", "JPEG"),
        ("png", "PNG"),
        ("docx", _("Word document (.docx)")),
        ("odt", _("OpenDocument text (.odt)")),
    ]
