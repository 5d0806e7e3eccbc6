"""Texts that are typed: a line, or paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms.fields.core import UnboundField

from eventreg.questionnaires.kinds.base import Context, Kind, KindGroup, one_of_setting, only, positive_setting
from eventreg.questionnaires.kinds.fields import ParagraphsField, TextField, labelled
from eventreg.questionnaires.rules.reasons import Reason
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question
from eventreg.questionnaires.rules.texts import clean_line, clean_paragraphs

#: how much the registration's columns hold
_COLUMN_LIMITS = {"given_name": 200, "family_name": 200, "badge_name": 200, "institution": 300, "position": 300}
#: the purposes of the HTML standard that make sense here; "" leaves it to the browser
_AUTOCOMPLETE = (
    *("", "off", "name", "given-name", "family-name", "nickname", "organization", "organization-title"),
    *("honorific-prefix", "address-level2", "bday", "language"),
)


class ShortText(Kind):
    """One line of text. Settings: `max_length` (characters), `autocomplete` (of the HTML standard)."""

    name = "short_text"
    group = KindGroup.TEXT
    missing = Reason.MISSING_TEXT
    settings = frozenset({"max_length", "autocomplete"})
    columns = frozenset(_COLUMN_LIMITS)
    default_length = 200

    def title(self) -> str:
        """See `Kind.title`."""
        return _("A line of text")

    def check(self, question: Question) -> None:
        """See `Kind.check`."""
        super().check(question)
        most = _COLUMN_LIMITS.get(question.column or "", 1000)
        positive_setting(question, "max_length", self.default_length, most)
        one_of_setting(question, "autocomplete", _AUTOCOMPLETE)

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        text = clean_line(only(given), _limit(question, self.default_length))
        return [text] if text else []

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        """See `Kind.field`."""
        autocomplete = str(question.settings.get("autocomplete", ""))
        attributes = {"autocomplete": autocomplete} if autocomplete else {}
        return UnboundField(TextField, question, attributes=attributes, **labelled(question, context, language))


class LongText(Kind):
    """Paragraphs. Settings: `max_length` (characters)."""

    name = "long_text"
    group = KindGroup.TEXT
    missing = Reason.MISSING_TEXT
    settings = frozenset({"max_length"})
    default_length = 2000

    def title(self) -> str:
        """See `Kind.title`."""
        return _("Several lines of text")

    def check(self, question: Question) -> None:
        """See `Kind.check`."""
        super().check(question)
        positive_setting(question, "max_length", self.default_length, 20_000)
        if question.column:
            raise DefinitionInvalid(f"question {question.key}: a column holds one line")

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        text = clean_paragraphs(only(given), _limit(question, self.default_length))
        return [text] if text else []

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        """See `Kind.field`."""
        return UnboundField(
            ParagraphsField, question, _limit(question, self.default_length), **labelled(question, context, language)
        )


def _limit(question: Question, default: int) -> int:
    return int(question.settings.get("max_length", default))
