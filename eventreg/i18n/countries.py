"""The countries there are, in the order of a language's alphabet."""

from collections.abc import Collection
from typing import Final

from babel import Locale

from eventreg.i18n import formats
from eventreg.i18n.formats import conventions
from eventreg.kernel.text import folded

#: territories of the CLDR with two letters that are no country of ISO 3166-1: groups, tests, exceptional reservations
_NO_COUNTRIES: Final = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
)
#: ISO 3166-1 codes of two letters
CODES: Final = frozenset(
    code
    for code in map(str, Locale.parse("en").territories)
    if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
)


def by_alphabet(codes: Collection[str], language: str) -> list[tuple[str, str]]:
    """Return (code, name) of countries in the order of the language's alphabet."""
    named = [(code, formats.country(code, language)) for code in codes]
    return sorted(named, key=lambda entry: place_in_alphabet(entry[1], language))


def place_in_alphabet(name: str, language: str) -> str:
    """Return what to sort a name by, so that it stands where readers of the language look for it."""
    lowered = name.casefold()
    for letter, place in conventions(language).alphabet.items():
        lowered = lowered.replace(letter, place)
    return folded(lowered)
