"""A country, chosen from all there are, those of the event's region first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache, partial
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from wtforms.fields.core import UnboundField

from eventreg.i18n import formats
from eventreg.i18n.countries import CODES, by_alphabet
from eventreg.questionnaires.kinds.base import Context, Invalid, Kind, KindGroup, Setting, speaking
from eventreg.questionnaires.kinds.cells import named, some_of
from eventreg.questionnaires.kinds.fields import option_markup
from eventreg.questionnaires.kinds.several import MOST_SELECTS, check_several, distinct, select_field, several_setting
from eventreg.questionnaires.rules.reasons import Reason
from eventreg.questionnaires.rules.schema import Question
from eventreg.questionnaires.rules.seeking import Seeking


class Country(Kind):
    """A country by its ISO 3166-1 code of two letters. Settings: `max_choices`, one where it is not set."""

    name = "country"
    seeking = Seeking.CHOICE
    group = KindGroup.PERSON
    missing = Reason.MISSING_COUNTRY
    settings = frozenset({"max_choices"})
    columns = frozenset({"country"})
    is_many = True

    def title(self) -> str:
        """See `Kind.title`."""
        return _("Country")

    def offered_settings(self) -> Sequence[Setting]:
        """See `Kind.offered_settings`."""
        return (several_setting(),)

    def check(self, question: Question) -> None:
        """See `Kind.check`."""
        super().check(question)
        # A column holds one.
        check_several(question, 1 if question.column else MOST_SELECTS)

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        if not set(given) <= CODES:
            raise Invalid(Reason.NOT_OFFERED)
        return distinct(question, given)

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        """See `Kind.field`."""
        options = partial(options_markup, context.region, language)
        return select_field(question, context, language, options, {"autocomplete": "country"})

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return the country's name in `language`."""
        return [formats.country(code, language) for code in values]

    def ranked(self, question: Question, context: Context, language: str) -> Sequence[str]:
        """Return the countries in the order of their names."""
        return _ranked(language)

    def from_cell(self, question: Question, text: str, context: Context, languages: Sequence[str]) -> list[str]:
        """See `Kind.from_cell`: names in any language, or codes."""
        return some_of(text, _names(tuple(languages)))


@lru_cache(maxsize=8)
def _names(languages: tuple[str, ...]) -> dict[str, str]:
    return named((code, formats.country(code, language)) for language in languages for code in CODES)


def options_markup(region: tuple[str, ...], language: str) -> Markup:
    """Return the options of the select: an empty one, the region's countries, then all."""
    with speaking(language):
        headings = _("Choose a country"), _("Countries of the region"), _("All countries")
    return _options_markup(region, language, headings)


# The headings are part of what is kept: outside an application they are not translated.
@lru_cache(maxsize=64)
def _options_markup(region: tuple[str, ...], language: str, headings: tuple[str, str, str]) -> Markup:
    choose, near, every = headings
    parts = [option_markup("", choose)]
    if region:
        parts.append(_group(near, by_alphabet(region, language)))
    parts.append(_group(every, by_alphabet(CODES, language)))
    return Markup("").join(parts)


def _group(label: str, countries: Sequence[tuple[str, str]]) -> Markup:
    options = Markup("").join(option_markup(*country) for country in countries)
    return Markup('<optgroup label="{}">{}</optgroup>').format(label, options)


@cache
def _ranked(language: str) -> tuple[str, ...]:
    return tuple(code for code, _name in by_alphabet(CODES, language))
