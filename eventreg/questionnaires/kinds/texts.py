"""Texts that are typed: a line, or paragraphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask_babel import gettext as _
from wtforms.fields.core import UnboundField

from eventreg.questionnaires.kinds.base import (
    Context,
    Kind,
    KindGroup,
    Setting,
    Shape,
    one_of_setting,
    only,
    positive_setting,
    whole_setting,
)
from eventreg.questionnaires.kinds.fields import ParagraphsField, TextField, labelled
from eventreg.questionnaires.rules.patterns import PRESETS
from eventreg.questionnaires.rules.reasons import Invalid, Reason
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question
from eventreg.questionnaires.rules.texts import clean_line, clean_paragraphs
from eventreg.web.forms import lazy_gettext

#: how much the registration's columns hold
_COLUMN_LIMITS = {"given_name": 200, "family_name": 200, "badge_name": 200, "institution": 300, "position": 300}
#: what a browser offers for what identifies a person
_AUTOCOMPLETE_OF = {
    "given_name": "given-name", "family_name": "family-name",
    "institution": "organization", "position": "organization-title",
}  # fmt: skip
#: the purposes of the HTML standard that make sense here; "" leaves it to the browser
_AUTOCOMPLETE = (
    *("", "off", "name", "given-name", "family-name", "nickname", "organization", "organization-title"),
    *("honorific-prefix", "address-level2", "bday", "language"),
)


class Line(Kind):
    """A kind whose field is one input, of a type that browsers know."""

    input: ClassVar[str] = "text"
    attributes: ClassVar[Mapping[str, str]] = {}

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        texts = labelled(question, context, language)
        return UnboundField(TextField, question, self.input, attributes=self.attributes, **texts)


class ShortText(Kind):
    """One line of text. Settings: `min_length`, `max_length` (characters), `preset` (a form that it has, like "orcid"),
    `autocomplete` (of the HTML standard)."""

    name = "short_text"
    title = lazy_gettext("Short text")
    group = KindGroup.TEXT
    missing = Reason.MISSING_TEXT
    settings = frozenset({"min_length", "max_length", "preset", "autocomplete"})
    columns = frozenset(_COLUMN_LIMITS)
    default_length = 200

    def offered_settings(self) -> Sequence[Setting]:
        return (*_length_settings(1000), Setting("preset", Shape.CHOICE, lambda: _("Form"), choices=_preset_choices))

    def settings_for(self, column: str) -> Mapping[str, Any]:
        return {"autocomplete": _AUTOCOMPLETE_OF[column]} if column in _AUTOCOMPLETE_OF else {}

    def check(self, question: Question) -> None:
        super().check(question)
        most = _COLUMN_LIMITS.get(question.column or "", 1000)
        positive_setting(question, "max_length", self.default_length, most)
        _check_shortest(question, self.default_length)
        one_of_setting(question, "preset", ("", *PRESETS))
        one_of_setting(question, "autocomplete", _AUTOCOMPLETE)

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        text = clean_line(only(given), _limit(question, self.default_length))
        preset = PRESETS.get(str(question.settings.get("preset", "")))
        if text and preset is not None:
            kept = preset.kept(text)
            if kept is None:
                raise Invalid(preset.sentence, example=preset.example)
            text = kept
        return _long_enough(question, text)

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        autocomplete = str(question.settings.get("autocomplete", ""))
        attributes = {"autocomplete": autocomplete} if autocomplete else {}
        return UnboundField(TextField, question, attributes=attributes, **labelled(question, context, language))


class LongText(Kind):
    """Paragraphs. Settings: `min_length`, `max_length` (characters)."""

    name = "long_text"
    title = lazy_gettext("Long text")
    group = KindGroup.TEXT
    missing = Reason.MISSING_TEXT
    settings = frozenset({"min_length", "max_length"})
    default_length = 2000

    def offered_settings(self) -> Sequence[Setting]:
        return _length_settings(20_000)

    def check(self, question: Question) -> None:
        super().check(question)
        positive_setting(question, "max_length", self.default_length, 20_000)
        _check_shortest(question, self.default_length)
        if question.column:
            raise DefinitionInvalid(f"question {question.key}: a column holds one line")

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        return _long_enough(question, clean_paragraphs(only(given), _limit(question, self.default_length)))

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        return UnboundField(
            ParagraphsField, question, _limit(question, self.default_length), **labelled(question, context, language)
        )


def _limit(question: Question, default: int) -> int:
    return int(question.settings.get("max_length", default))


def _length_settings(most: int) -> tuple[Setting, ...]:
    return (
        Setting("min_length", Shape.NUMBER, lambda: _("At least so many characters"), most=most),
        Setting("max_length", Shape.NUMBER, lambda: _("At most so many characters"), most=most),
    )


def _preset_choices() -> list[tuple[str, str]]:
    words = {
        "orcid": _("ORCID iD"),
        "passport": _("Passport number"),
        "postal_code": _("Postal code"),
        "curp": _("CURP (Mexico)"),
        "doi": _("DOI of a publication"),
    }
    return [("", _("Any text")), *((name, words[name]) for name in PRESETS)]


def _check_shortest(question: Question, default: int) -> None:
    shortest = whole_setting(question, "min_length", 1, 20_000)
    if shortest is not None and shortest > _limit(question, default):
        raise DefinitionInvalid(f"question {question.key}, settings: min_length is above max_length")


def _long_enough(question: Question, text: str) -> list[str]:
    shortest = int(question.settings.get("min_length") or 0)
    if text and len(text) < shortest:
        raise Invalid(Reason.TOO_SHORT, num=shortest)
    return [text] if text else []
