"""What is typed: a line of text, paragraphs, a number within limits, a web address.

And what is read among the questions, and answered by nobody: a heading, a text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import urlsplit

from flask_babel import gettext as _
from markupsafe import Markup, escape
from wtforms.fields.core import UnboundField

from eventreg.kernel.links import is_plain_web_address
from eventreg.kernel.text import LocalizedText, pick
from eventreg.questionnaires.kinds import base
from eventreg.questionnaires.kinds.fields import ParagraphsField, ReadingField, TextField, labelled, shown
from eventreg.questionnaires.rules.answers import PRESETS, Invalid, Reason, clean_line, clean_paragraphs
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question, Seeking
from eventreg.web.forms import lazy_gettext
from eventreg.web.markdown import render_markdown

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

#: what a form's example is where people of a country write it in another way, by preset and ISO 3166-1 alpha-2
_EXAMPLES = {
    "postal_code": {
        "BR": "01310-100", "CA": "K1A 0B1", "CO": "110111", "CR": "10101", "ES": "28001", "FR": "75007", "GB": "SW1A 1AA",
        "GT": "01001", "HN": "11101", "NI": "11001", "PA": "0801", "SV": "1101", "US": "20500",
    },
}  # fmt: skip


class Line(base.Kind):
    """A kind whose field is one input, of a type that browsers know."""

    input: ClassVar[str] = "text"
    attributes: ClassVar[Mapping[str, str]] = {}

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        texts = labelled(question, context, language)
        return UnboundField(TextField, question, self.input, attributes=self.attributes, **texts)


class ShortText(base.Kind):
    """One line of text. Settings: `min_length`, `max_length` (characters), `preset` (a form that it has, like "orcid"),
    `autocomplete` (of the HTML standard)."""

    name = "short_text"
    title = lazy_gettext("Short text")
    group = base.KindGroup.TEXT
    missing = Reason.MISSING_TEXT
    settings = frozenset({"min_length", "max_length", "preset", "autocomplete"})
    columns = frozenset(_COLUMN_LIMITS)
    default_length = 200

    def offered_settings(self) -> Sequence[base.Setting]:
        return (
            *_length_settings(1000),
            base.Setting("preset", base.Shape.CHOICE, lambda: _("Format"), choices=_preset_choices),
        )

    def settings_for(self, column: str) -> Mapping[str, Any]:
        return {"autocomplete": _AUTOCOMPLETE_OF[column]} if column in _AUTOCOMPLETE_OF else {}

    def check(self, question: Question) -> None:
        super().check(question)
        most = _COLUMN_LIMITS.get(question.column or "", 1000)
        base.positive_setting(question, "max_length", self.default_length, most)
        _check_shortest(question, self.default_length)
        base.one_of_setting(question, "preset", ("", *PRESETS))
        base.one_of_setting(question, "autocomplete", _AUTOCOMPLETE)

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        text = clean_line(base.only(given), _limit(question, self.default_length))
        preset = PRESETS.get(name := str(question.settings.get("preset", "")))
        if text and preset is not None:
            kept = preset.kept(text)
            if kept is None:
                raise Invalid(preset.sentence, example=_EXAMPLES.get(name, {}).get(context.country, preset.example))
            text = kept
        return _long_enough(question, text)

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        autocomplete = str(question.settings.get("autocomplete", ""))
        attributes = {"autocomplete": autocomplete} if autocomplete else {}
        return UnboundField(TextField, question, attributes=attributes, **labelled(question, context, language))


class LongText(base.Kind):
    """Paragraphs. Settings: `min_length`, `max_length` (characters)."""

    name = "long_text"
    title = lazy_gettext("Long text")
    group = base.KindGroup.TEXT
    missing = Reason.MISSING_TEXT
    settings = frozenset({"min_length", "max_length"})
    default_length = 2000

    def offered_settings(self) -> Sequence[base.Setting]:
        return _length_settings(20_000)

    def check(self, question: Question) -> None:
        super().check(question)
        base.positive_setting(question, "max_length", self.default_length, 20_000)
        _check_shortest(question, self.default_length)
        if question.column:
            raise DefinitionInvalid(f"question {question.key}: a column holds one line")

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        return _long_enough(question, clean_paragraphs(base.only(given), _limit(question, self.default_length)))

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        return UnboundField(
            ParagraphsField, question, _limit(question, self.default_length), **labelled(question, context, language)
        )


def _limit(question: Question, default: int) -> int:
    return int(question.settings.get("max_length", default))


def _length_settings(most: int) -> tuple[base.Setting, ...]:
    return (
        base.Setting("min_length", base.Shape.NUMBER, lambda: _("At least so many characters"), most=most),
        base.Setting("max_length", base.Shape.NUMBER, lambda: _("At most so many characters"), most=most),
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
    shortest = base.whole_setting(question, "min_length", 1, 20_000)
    if shortest is not None and shortest > _limit(question, default):
        raise DefinitionInvalid(f"question {question.key}, settings: min_length is above max_length")


def _long_enough(question: Question, text: str) -> list[str]:
    shortest = int(question.settings.get("min_length") or 0)
    if text and len(text) < shortest:
        raise Invalid(Reason.TOO_SHORT, num=shortest)
    return [text] if text else []


_LARGEST = 1_000_000_000
_MOST_DECIMALS = 6
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?")


class Number(base.Kind):
    """A number. Settings: `least`, `most` (whole), `decimals` (0 … 6), `unit` (text by language). Kept as "12.5"."""

    name = "number"
    title = lazy_gettext("Number")
    seeking = Seeking.NUMBER
    group = base.KindGroup.NUMBER_AND_TIME
    missing = Reason.MISSING_NUMBER
    settings = frozenset({"least", "most", "decimals", "unit"})

    def offered_settings(self) -> Sequence[base.Setting]:
        return (
            base.Setting("least", base.Shape.NUMBER, lambda: _("Smallest number"), least=-_LARGEST, most=_LARGEST),
            base.Setting("most", base.Shape.NUMBER, lambda: _("Largest number"), least=-_LARGEST, most=_LARGEST),
            base.Setting(
                "decimals", base.Shape.NUMBER, lambda: _("Places after the decimal point"), least=0, most=_MOST_DECIMALS
            ),
            base.Setting(
                "unit", base.Shape.LOCALIZED, lambda: _("Unit"), lambda: _("Stands behind the question, like “years”.")
            ),
        )

    def check(self, question: Question) -> None:
        super().check(question)
        limits = [base.whole_setting(question, name, -_LARGEST, _LARGEST) for name in ("least", "most")]
        if None not in limits and limits[0] > limits[1]:  # type: ignore[operator]  # neither is None
            raise DefinitionInvalid(f"question {question.key}, settings: least is above most")
        base.whole_setting(question, "decimals", 0, _MOST_DECIMALS)
        unit = question.settings.get("unit", {})
        if not isinstance(unit, dict) or not all(isinstance(text, str) and text.strip() for text in unit.values()):
            raise DefinitionInvalid(f"question {question.key}, settings.unit: text by language is expected")

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        text = re.sub(r"[\s'’]", "", clean_line(base.only(given), 40))
        if not _NUMBER.fullmatch(text):
            raise Invalid(Reason.NO_NUMBER)
        number = Decimal(text.replace(",", ".")).normalize()
        decimals = int(question.settings.get("decimals", 0))
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > decimals:
            raise Invalid(Reason.TOO_MANY_DECIMALS, num=decimals) if decimals else Invalid(Reason.NO_WHOLE_NUMBER)
        least, most = question.settings.get("least"), question.settings.get("most")
        if least is not None and number < least:
            raise Invalid(Reason.NUMBER_TOO_SMALL, limit=str(least))
        if most is not None and number > most:
            raise Invalid(Reason.NUMBER_TOO_LARGE, limit=str(most))
        return [f"{number + 0:f}"]

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        texts = labelled(question, context, language)
        if unit := self._unit(question, context, language):
            texts["label"] = texts["label"] + f" ({unit})"
        inputmode = "decimal" if question.settings.get("decimals") else "numeric"
        if (question.settings.get("least") or 0) < 0:
            inputmode = "text"  # keyboards of digits have no minus
        return UnboundField(TextField, question, attributes={"inputmode": inputmode, "autocomplete": "off"}, **texts)

    def display(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> list[str]:
        """Return the number with its unit: "12 years"."""
        unit = self._unit(question, context, language)
        return [f"{value} {unit}" if unit else value for value in values]

    def _unit(self, question: Question, context: base.Context, language: str) -> str:
        unit = question.settings.get("unit") or {}
        return pick(unit, language, context.languages).text if unit else ""


_URL_LENGTH = 300
_HOST = re.compile(r"(?!-)[\w-]{1,63}(?<!-)(?:\.(?!-)[\w-]{1,63}(?<!-))+\.?")


class Url(Line):
    """The address of a page on the web. One without a scheme is taken for https."""

    name = "url"
    title = lazy_gettext("Web address")
    group = base.KindGroup.TEXT
    missing = Reason.MISSING_URL
    input = "url"
    attributes: ClassVar = {"autocomplete": "url", "inputmode": "url"}

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        text = clean_line(base.only(given), _URL_LENGTH)
        address = text if "://" in text else f"https://{text}"
        if not _is_web_address(address):
            raise Invalid(Reason.URL_INVALID)
        if len(address) > _URL_LENGTH:
            raise Invalid(Reason.TOO_LONG, num=len(address) - _URL_LENGTH, limit=_URL_LENGTH)
        return [address]


def _is_web_address(address: str) -> bool:
    """Say whether `address` leads to a named host by http or https, with nothing in it that hides where it leads."""
    if re.search(r"[\s\\<>\"]", address):
        return False
    return is_plain_web_address(address) and _HOST.fullmatch(urlsplit(address).hostname or "") is not None


class Heading(base.Kind):
    """A heading over some of the questions of a section; its help stands below it."""

    name = "heading"
    title = lazy_gettext("Heading")
    hint = lazy_gettext("Nothing is asked: it stands over the questions after it.")
    seeking = Seeking.NOT
    group = base.KindGroup.READING
    is_answerable = False
    missing = Reason.MISSING_TEXT
    is_heading = True

    def check(self, question: Question) -> None:
        super().check(question)
        if question.is_required or question.required_for or question.is_sensitive:
            raise DefinitionInvalid(f"question {question.key}: nobody answers a {self.name}")

    def clean(self, question: Question, raw: Sequence[str], context: base.Context) -> list[str]:
        """Return nothing: whatever was sent is no answer."""
        return []

    def _clean(self, question: Question, given: Sequence[str], context: base.Context) -> list[str]:
        return []

    def field(self, question: Question, context: base.Context, language: str) -> UnboundField[Any]:
        texts = labelled(question, context, language)
        return UnboundField(
            ReadingField, question, self._text(question, context, language), is_heading=self.is_heading, **texts
        )

    def display(self, question: Question, values: Sequence[str], context: base.Context, language: str) -> list[str]:
        """Return nothing: there is no answer."""
        return []

    def _text(self, question: Question, context: base.Context, language: str) -> Markup:
        return escape(shown(question.help, context, language))


class StaticText(Heading):
    """A text in Markdown: the question's words, then its help."""

    name = "static_text"
    title = lazy_gettext("Text block")
    hint = lazy_gettext("Nothing is asked. Paragraphs, lists and links are written in Markdown.")
    is_heading = False

    def _text(self, question: Question, context: base.Context, language: str) -> Markup:
        return Markup("").join(_rendered(text, context, language) for text in (question.label, question.help) if text)


def _rendered(text: LocalizedText, context: base.Context, language: str) -> Markup:
    picked = pick(text, language, context.languages)
    rendered = render_markdown(picked.text, 3)
    if picked.language == language:
        return rendered
    return Markup('<div lang="{}">{}</div>').format(picked.language, rendered)
