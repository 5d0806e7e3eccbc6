"""The countries there are, and the time zones of their places, in the order of a language's alphabet."""

from collections.abc import Collection
from typing import Final

from babel import Locale
from babel.core import get_global

from eventreg.i18n import formats
from eventreg.i18n.formats import conventions
from eventreg.kernel.clock import time_zones
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


def zone_place(zone: str, language: str) -> str:
    """Return the place that a time zone is named by, as people say it: "Ciudad de México"."""
    named = Locale.parse(language).time_zones.get(zone, {})
    return str(named.get("city") or zone.rpartition("/")[2].replace("_", " "))


def zones_by_alphabet(present: str, language: str) -> list[tuple[str, str]]:
    """Return (zone, name) of the zones that people choose from, the present one among them: "México (Ciudad de México)"."""
    countries, named = get_global("zone_territories"), []
    for zone in {present, "UTC", *(zone for zone in time_zones() if countries.get(zone) in CODES)}:
        place, code = zone_place(zone, language), countries.get(zone)
        country = formats.country(code, language) if code in CODES else place
        named.append((zone, place if country == place else f"{country} ({place})"))
    return sorted(named, key=lambda entry: place_in_alphabet(entry[1], language))


def place_in_alphabet(name: str, language: str) -> str:
    """Return what to sort a name by, so that it stands where readers of the language look for it."""
    lowered = name.casefold()
    for letter, place in conventions(language).alphabet.items():
        lowered = lowered.replace(letter, place)
    return folded(lowered)
