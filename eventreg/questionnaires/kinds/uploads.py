"""A file that is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms.fields.core import UnboundField

from eventreg.questionnaires.kinds.base import Context, Kind, KindGroup, only, positive_setting, speaking
from eventreg.questionnaires.kinds.fields import UploadField, labelled
from eventreg.questionnaires.rules.files import DEFAULT_MAX_BYTES, DEFAULT_TYPES, EXTENSIONS, MEDIA_TYPES
from eventreg.questionnaires.rules.reasons import Reason
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question

#: what is refused whole, before any question is looked at, is 50 MB
_LARGEST = 40_000_000


class File(Kind):
    """One file. Settings: `max_bytes`, `types` (of "pdf", "jpeg", "png"). The value is the public id of an upload.

    The bytes are checked by `rules.files.check_file` and kept by the registration, which alone knows what was uploaded.
    """

    name = "file"
    group = KindGroup.FILE
    missing = Reason.MISSING_FILE
    settings = frozenset({"max_bytes", "types"})
    is_file = True

    def title(self) -> str:
        """See `Kind.title`."""
        return _("File")

    def check(self, question: Question) -> None:
        """See `Kind.check`."""
        super().check(question)
        positive_setting(question, "max_bytes", DEFAULT_MAX_BYTES, _LARGEST)
        types = question.settings.get("types", DEFAULT_TYPES)
        if not isinstance(types, list | tuple) or not types or not set(types) <= set(MEDIA_TYPES):
            raise DefinitionInvalid(f"question {question.key}, settings.types: some of {', '.join(MEDIA_TYPES)}")

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        return [only(given)]

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        """See `Kind.field`."""
        types = question.settings.get("types", DEFAULT_TYPES)
        accept = ",".join(ending for name in types for ending in EXTENSIONS[MEDIA_TYPES[name]])
        limit = int(question.settings.get("max_bytes", DEFAULT_MAX_BYTES))
        return UnboundField(UploadField, question, limit, accept, **labelled(question, context, language))

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Say only that a file was sent: its name is sealed, and tells of the person."""
        with speaking(language):
            return [_("File received")] if values else []
