"""How a language writes days, times and its alphabet, where the CLDR is silent or not what we want: `formats.toml`.

The file stands beside a language's catalog and need not be there. What it can say is what `Conventions` has.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import get_date_format

from eventreg.i18n.catalogs import LOCALE_FOLDER

#: of a CLDR pattern: a quoted word, a field ("EEEE"), or whatever else stands between
_PIECES: Final = re.compile(r"'(?:[^']|'')*'|([a-zA-Z])\1*|[^a-zA-Z']+")
_YEAR, _MONTH, _DAY, _WEEKDAY = "yur", "ML", "d", "Ec"


@dataclass(frozen=True)
class Conventions:
    """Patterns are those of the CLDR: d day, MMMM month, EEEE weekday, y year, words between single quotes."""

    #: a locale of the CLDR whose short dates and lists are used in place of the language's own: "en_GB"
    like: str
    #: a day with its weekday
    day: str
    #: a day without it
    plain_day: str
    #: what stands in place of the number of a month's first day; "": the number
    first_of_month: str = ""
    #: a time of day, with {time} for "08:30"
    clock: str = "{time}"
    #: what stands after a label, before its value
    colon: str = ":"
    #: letters with a place of their own in the alphabet, and how they are sorted; other accents are passed over
    alphabet: Mapping[str, str] = field(default_factory=dict)


@cache
def conventions(language: str) -> Conventions:
    """Return those of a language: what its file says, the CLDR for everything else."""
    return read_conventions(language, LOCALE_FOLDER / language / "formats.toml")


def read_conventions(language: str, path: Path) -> Conventions:
    """Read a file of conventions, which need not be there. Raises ValueError for a name that is none."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        said = {}
    if unknown := said.keys() - {entry.name for entry in fields(Conventions)}:
        raise ValueError(f"{path}: unknown: {', '.join(sorted(unknown))}")
    like = Locale.parse(said.pop("like", language))
    patterns = {"day": get_date_format("full", like).pattern, "plain_day": get_date_format("long", like).pattern}
    return Conventions(like=str(like), **{**patterns, **said})


def without_year(pattern: str) -> str:
    """Return a pattern of a day without its year: "d 'de' MMMM" for "d 'de' MMMM 'de' y"."""
    pieces = _pieces(pattern)
    fields_at = [number for number, piece in enumerate(pieces) if _is_field(piece)]
    year = next((number for number in fields_at if pieces[number][0] in _YEAR), None)
    if year is None:
        return pattern
    after = [number for number in fields_at if number > year]
    before = [number for number in fields_at if number < year]
    if after:
        return "".join(pieces[:year] + pieces[after[0] :])
    return "".join(pieces[: before[-1] + 1] + _attached(pieces[before[-1] + 1 : year])) if before else pattern


def before_month(pattern: str) -> str:
    """Return what a pattern writes before the month, "EEEE d" for "EEEE d MMMM y"; "" where that is not the day alone."""
    pieces = _pieces(pattern)
    names = [piece[0] if _is_field(piece) else "" for piece in pieces]
    month = next((number for number, name in enumerate(names) if name and name in _MONTH), len(pieces))
    day_comes_later = any(name and name in _DAY + _WEEKDAY for name in names[month:])
    if day_comes_later or _DAY not in names[:month] or any(name and name in _YEAR for name in names[:month]):
        return ""
    last = max(number for number in range(month) if names[number])
    return "".join(pieces[: last + 1] + _attached(pieces[last + 1 : month]))


def with_first_of_month(pattern: str, first: str) -> str:
    """Return a pattern that writes `first` in place of the day's number."""
    quoted = "'" + first.replace("'", "''") + "'"
    return "".join(quoted if piece == _DAY else piece for piece in _pieces(pattern))


def _pieces(pattern: str) -> list[str]:
    return [found.group() for found in _PIECES.finditer(pattern)]


def _is_field(piece: str) -> bool:
    return piece[0].isascii() and piece[0].isalpha()


def _attached(between: list[str]) -> list[str]:
    """Return what belongs to the field before it: the full stop of "11. März", not the comma or the word after it."""
    first = between[0] if between else ""
    return ["."] if first.startswith(".") else []
