"""A language, chosen from all that have a code of two letters, and some of America that have none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from babel import Locale
from flask_babel import gettext as _
from markupsafe import Markup

from eventreg.i18n.countries import place_in_alphabet
from eventreg.i18n.languages import name_of, own_name
from eventreg.questionnaires.kinds.base import Context, speaking
from eventreg.questionnaires.kinds.cells import named, some_of
from eventreg.questionnaires.kinds.composite_fields import joined_options
from eventreg.questionnaires.kinds.several import OfLongList
from eventreg.questionnaires.rules.reasons import Reason
from eventreg.questionnaires.rules.schema import Question
from eventreg.web.forms import lazy_gettext

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
