"""One or several answers of a long list: a select for each, so that it works everywhere.

A language, chosen from all that have a code of two letters, and some of America that have none.

A country, chosen from all there are, those of the event's region first.

Answers put in order: the first choice, the second, and so on.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any, ClassVar, Final

from babel import Locale
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms.fields.core import UnboundField

from eventreg.i18n import formats
from eventreg.i18n.countries import CODES as COUNTRIES_CODES, by_alphabet, place_in_alphabet
from eventreg.i18n.languages import name_of, own_name
from eventreg.questionnaires.kinds.base import (
    Context,
    Kind,
    KindGroup,
    Setting,
    Shape,
    named,
    positive_setting,
    some_of,
    speaking,
    without_number,
)
from eventreg.questionnaires.kinds.fields import (
    AnswerField,
    SelectFrom,
    SelectsField,
    joined_options,
    labelled,
    option_markup,
)
from eventreg.questionnaires.rules.answers import Invalid, Reason
from eventreg.questionnaires.rules.schema import DefinitionInvalid, Question, Seeking
from eventreg.web.forms import lazy_gettext

#: more selects than that are no question any more
MOST_SELECTS = 10


class OfLongList(Kind):
    """Codes of a list that everybody knows. Settings: `max_choices`, how many can be named; one where it is not set."""

    seeking = Seeking.CHOICE
    group = KindGroup.PERSON
    settings = frozenset({"max_choices"})
    is_many = True
    #: what can be chosen
    codes: ClassVar[frozenset[str]]
    #: of the select
    attributes: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def options(self, context: Context, language: str) -> Markup:
        """Return the options of a select."""

    def offered_settings(self) -> Sequence[Setting]:
        return (Setting("max_choices", Shape.NUMBER, lambda: _("At most so many answers"), most=MOST_SELECTS),)

    def check(self, question: Question) -> None:
        super().check(question)
        # A column holds one.
        positive_setting(question, "max_choices", 1, 1 if question.column else MOST_SELECTS)

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        if not set(given) <= self.codes:
            raise Invalid(Reason.NOT_OFFERED)
        if len(given) > (most := _most_of(question)):
            raise Invalid(Reason.SEVERAL_ANSWERS) if most == 1 else Invalid(Reason.TOO_MANY, num=most)
        if len(set(given)) < len(given):
            raise Invalid(Reason.CHOSEN_TWICE)
        return list(given)

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        """Return one select, or one for each answer that can be given."""
        texts, options = labelled(question, context, language), partial(self.options, context, language)
        if (most := _most_of(question)) == 1:
            widget = SelectFrom(options)
            return UnboundField(AnswerField, question, "select", self.attributes, widget=widget, **texts)
        with speaking(language):
            labels = [_("Answer %(number)d", number=number) for number in range(1, most + 1)]
        return UnboundField(SelectsField, question, labels, options, **texts)


def _most_of(question: Question) -> int:
    return int(question.settings.get("max_choices", 1))


_OF_AMERICA: Final = frozenset({"arn", "nah", "nv", "quc", "zap", "cak", "mam", "yua"})
_NAMED: Final = [str(code) for code in Locale.parse("en").languages]
#: ISO 639
CODES: Final = frozenset(code for code in _NAMED if (len(code) == 2 and code.isalpha()) or code in _OF_AMERICA)


class Language(OfLongList):
    """A language by its ISO 639 code. Settings: `max_choices`, how many can be named; one where it is not set."""

    name = "language"
    title = lazy_gettext("Language")
    missing = Reason.MISSING_LANGUAGE
    codes = CODES

    def options(self, context: Context, language: str) -> Markup:
        return _options(context.languages, language)

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return the names of the languages in the reader's."""
        return [_capital(name_of(code, language)) for code in values]

    def ranked(self, question: Question, context: Context, language: str) -> Sequence[str]:
        """Return the languages in the order of their names."""
        return _ranked(language)

    def from_cell(self, question: Question, text: str, context: Context, languages: Sequence[str]) -> list[str]:
        """See `Kind.from_cell`: names in any language or in themselves, or codes."""
        return some_of(text, _names(tuple(languages)))


@lru_cache(maxsize=8)
def _names(languages: tuple[str, ...]) -> dict[str, str]:
    pairs = [(code, name_of(code, language)) for language in languages for code in CODES]
    return named([*pairs, *((code, own_name(code)) for code in CODES)])


def _options(first: tuple[str, ...], language: str) -> Markup:
    with speaking(language):
        words = _("Choose a language")
    return _options_markup(first, language, words)


@lru_cache(maxsize=64)
def _options_markup(first: tuple[str, ...], language: str, words: str) -> Markup:
    """Return the options: an empty one, the languages of the event, then all others by the alphabet."""
    named = {code: _capital(name_of(code, language)) for code in CODES}
    others = sorted(
        (code for code in named if code not in first), key=lambda code: place_in_alphabet(named[code], language)
    )
    return joined_options(
        words, [(code, named[code]) for code in (*(code for code in first if code in named), *others)]
    )


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


@cache
def _ranked(language: str) -> tuple[str, ...]:
    return tuple(sorted(CODES, key=lambda code: place_in_alphabet(name_of(code, language), language)))


class Country(OfLongList):
    """A country by its ISO 3166-1 code of two letters. Settings: `max_choices`, one where it is not set."""

    name = "country"
    title = lazy_gettext("Country")
    missing = Reason.MISSING_COUNTRY
    codes = COUNTRIES_CODES
    attributes: ClassVar = {"autocomplete": "country"}
    columns = frozenset({"country"})

    def options(self, context: Context, language: str) -> Markup:
        return options_markup(context.region, language)

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return the country's name in `language`."""
        return [formats.country(code, language) for code in values]

    def ranked(self, question: Question, context: Context, language: str) -> Sequence[str]:
        """Return the countries in the order of their names."""
        return _ranked_of_countries(language)

    def from_cell(self, question: Question, text: str, context: Context, languages: Sequence[str]) -> list[str]:
        """See `Kind.from_cell`: names in any language, or codes."""
        return some_of(text, _names_of_countries(tuple(languages)))


@lru_cache(maxsize=8)
def _names_of_countries(languages: tuple[str, ...]) -> dict[str, str]:
    return named((code, formats.country(code, language)) for language in languages for code in COUNTRIES_CODES)


def options_markup(region: tuple[str, ...], language: str) -> Markup:
    """Return the options of the select: an empty one, the region's countries, then all."""
    with speaking(language):
        headings = _("Choose a country"), _("Countries of the region"), _("All countries")
    return _options_markup_of_countries(region, language, headings)


# The headings are part of what is kept: outside an application they are not translated.
@lru_cache(maxsize=64)
def _options_markup_of_countries(region: tuple[str, ...], language: str, headings: tuple[str, str, str]) -> Markup:
    choose, near, every = headings
    parts = [option_markup("", choose)]
    if region:
        parts.append(_group(near, by_alphabet(region, language)))
    parts.append(_group(every, by_alphabet(COUNTRIES_CODES, language)))
    return Markup("").join(parts)


def _group(label: str, countries: Sequence[tuple[str, str]]) -> Markup:
    options = Markup("").join(option_markup(*country) for country in countries)
    return Markup('<optgroup label="{}">{}</optgroup>').format(label, options)


@cache
def _ranked_of_countries(language: str) -> tuple[str, ...]:
    return tuple(code for code, _name in by_alphabet(COUNTRIES_CODES, language))


class RankedChoice(Kind):
    """Some of the answers offered, the preferred one first. Settings: `max_choices`, at most so many are put in order."""

    name = "ranked_choice"
    title = lazy_gettext("Ranking")
    hint = lazy_gettext("A first choice, a second one, and so on.")
    seeking = Seeking.CHOICE
    group = KindGroup.CHOICE
    missing = Reason.MISSING_RANKING
    settings = frozenset({"max_choices"})
    is_many = True
    has_options = True

    def offered_settings(self) -> Sequence[Setting]:
        return (Setting("max_choices", Shape.NUMBER, lambda: _("At most so many are put in order")),)

    def check(self, question: Question) -> None:
        super().check(question)
        if not question.options:
            raise DefinitionInvalid(f"question {question.key}: there are no options")
        positive_setting(question, "max_choices", len(question.options), len(question.options))

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        if not set(given) <= {option.value for option in question.options}:
            raise Invalid(Reason.NOT_OFFERED)
        if len(set(given)) < len(given):
            raise Invalid(Reason.CHOSEN_TWICE)
        if len(given) > (most := _most(question)):
            raise Invalid(Reason.TOO_MANY, num=most)
        return list(given)

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        with speaking(language):
            labels = [_("Choice number %(number)d", number=number) for number in range(1, _most(question) + 1)]
        options = partial(_options_of_ranking, question, context, language)
        return UnboundField(SelectsField, question, labels, options, **labelled(question, context, language))

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return a line for each with its number: "1. Human rights"."""
        labels = {option.value: context.text(option.label, language) for option in question.options}
        return [f"{number}. {labels.get(value, value)}" for number, value in enumerate(values, 1)]

    def value_text(self, question: Question, value: str, context: Context, language: str) -> str:
        """Return one value without a number."""
        return next((context.text(each.label, language) for each in question.options if each.value == value), value)

    def from_cell(self, question: Question, text: str, context: Context, languages: Sequence[str]) -> list[str]:
        """See `Kind.from_cell`: the answers in their order, with or without their numbers."""
        numbered = "; ".join(without_number(part) for part in text.replace("\n", ";").split(";"))
        return some_of(numbered, named((o.value, label) for o in question.options for label in o.label.values()))


def _most(question: Question) -> int:
    return int(question.settings.get("max_choices", len(question.options)))


def _options_of_ranking(question: Question, context: Context, language: str) -> Markup:
    with speaking(language):
        first = _("Choose an answer")
    return joined_options(first, [(option.value, context.text(option.label, language)) for option in question.options])
