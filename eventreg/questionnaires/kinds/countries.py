"""A country, chosen from all there are, those of the event's region first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import ClassVar

from flask_babel import gettext as _
from markupsafe import Markup

from eventreg.i18n import formats
from eventreg.i18n.countries import CODES, by_alphabet
from eventreg.questionnaires.kinds.base import Context, speaking
from eventreg.questionnaires.kinds.cells import named, some_of
from eventreg.questionnaires.kinds.fields import option_markup
from eventreg.questionnaires.kinds.several import OfLongList
from eventreg.questionnaires.rules.reasons import Reason
from eventreg.questionnaires.rules.schema import Question
from eventreg.web.forms import lazy_gettext


class Country(OfLongList):
    """A country by its ISO 3166-1 code of two letters. Settings: `max_choices`, one where it is not set."""

    name = "country"
    title = lazy_gettext("Country")
    missing = Reason.MISSING_COUNTRY
    codes = CODES
    attributes: ClassVar = {"autocomplete": "country"}
    columns = frozenset({"country"})

    def options(self, context: Context, language: str) -> Markup:
        return options_markup(context.region, language)

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
