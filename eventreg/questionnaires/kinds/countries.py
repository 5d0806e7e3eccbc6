"""A country, chosen from all there are, those of the event's region first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any, Final

from babel import Locale
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms.fields.core import UnboundField

from eventreg.i18n import formats
from eventreg.kernel.text import folded
from eventreg.questionnaires.kinds.base import Context, Invalid, Kind, only, speaking
from eventreg.questionnaires.kinds.fields import AnswerField, SelectFrom, labelled, option_markup
from eventreg.questionnaires.rules.reasons import Reason
from eventreg.questionnaires.rules.schema import Question

#: territories of the CLDR with two letters that are no country of ISO 3166-1: groups, tests, exceptional reservations
_NO_COUNTRIES: Final = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
)
CODES: Final = frozenset(
    code
    for code in map(str, Locale.parse("en").territories)
    if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
)
#: letters with a place of their own in an alphabet; every other accent is passed over when sorting
_OWN_LETTERS: Final = {"es": {"ñ": "n~"}}


class Country(Kind):
    """A country by its ISO 3166-1 code of two letters."""

    name = "country"
    missing = Reason.MISSING_COUNTRY
    columns = frozenset({"country"})

    def _clean(self, question: Question, given: Sequence[str], context: Context) -> list[str]:
        code = only(given)
        if code not in CODES:
            raise Invalid(Reason.NOT_OFFERED)
        return [code]

    def field(self, question: Question, context: Context, language: str) -> UnboundField[Any]:
        """See `Kind.field`."""
        widget = SelectFrom(partial(options_markup, context.region, language))
        return UnboundField(
            AnswerField,
            question,
            "select",
            {"autocomplete": "country"},
            widget=widget,
            **labelled(question, context, language),
        )

    def display(self, question: Question, values: Sequence[str], context: Context, language: str) -> list[str]:
        """Return the country's name in `language`."""
        return [formats.country(code, language) for code in values]


def by_alphabet(codes: Sequence[str] | frozenset[str], language: str) -> list[tuple[str, str]]:
    """Return (code, name) of countries in the order of the language's alphabet."""
    named = [(code, formats.country(code, language)) for code in codes]
    return sorted(named, key=lambda entry: _place_in_alphabet(entry[1], language))


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


def _place_in_alphabet(name: str, language: str) -> str:
    lowered = name.casefold()
    for letter, place in _OWN_LETTERS.get(language, {}).items():
        lowered = lowered.replace(letter, place)
    return folded(lowered)
