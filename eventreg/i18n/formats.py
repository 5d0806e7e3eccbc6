"""Dates, times and countries as people write them. Every function names its language; nothing is guessed.

Where the CLDR is silent or not what we want, a language says so in `formats.toml` beside its catalog, which need not be there.
What it can say is what `Conventions` has.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_date_format
from babel.lists import format_list
from markupsafe import Markup

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


def day(value: date, language: str, *, year: bool = True) -> str:
    """Write a day with its weekday: "jueves 11 de marzo de 2027", "Thursday 11 March 2027", "jeudi 1er avril 2027"."""
    return _written(value, conventions(language).day, language, year=year)


def plain_day(value: date, language: str, *, year: bool = True) -> str:
    """Write a day without its weekday: "11 de marzo de 2027", "11 March 2027"."""
    return _written(value, conventions(language).plain_day, language, year=year)


def short_day(value: date, language: str) -> str:
    """Write a day for narrow columns, without its year: "8 feb", "8 Feb"."""
    return str(format_skeleton("MMMd", value, locale=conventions(language).like))


def days(values: Sequence[date], language: str, *, weekdays: bool = True) -> str:
    """Write several days shortly: "jueves 11 y viernes 12 de marzo de 2027" when they share a month, else each in full.

    In full too where the language writes the month before the day.
    """
    if not values:
        return ""
    last = values[-1]
    write = day if weekdays else plain_day
    shares_month = all((value.year, value.month) == (last.year, last.month) for value in values)
    pattern = before_month(conventions(language).day if weekdays else conventions(language).plain_day)
    if len(values) == 1 or not shares_month or not pattern:
        return joined([write(value, language) for value in values], language)
    heads = [_written(value, pattern, language) for value in values[:-1]]
    return joined([*heads, write(last, language)], language)


def short_instant(value: datetime, zone: str, language: str) -> str:
    """Write an instant for lists, in the zone: "8 feb 2027, 10:42", "8 Feb 2027, 10:42"."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{_short_day(local.date(), language)}, {clock(local.time(), language, bare=True)}"


@lru_cache(maxsize=1024)
def _short_day(value: date, language: str) -> str:
    return str(format_skeleton("yMMMd", value, locale=conventions(language).like))


def instant(value: datetime, zone: str, language: str) -> str:
    """Write an instant in full, in the zone: "viernes 12 de febrero de 2027, 18:00 h"."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), language)}, {clock(local.time(), language)}"


def clock(value: time, language: str, *, bare: bool = False) -> str:
    """Write a time of day in 24 hours: "08:30 h" in Spanish, "08:30" in most languages and when `bare`."""
    return hours(f"{value:%H:%M}", language, bare=bare)


def span(starts_at: time, ends_at: time, language: str, *, bare: bool = False) -> str:
    """Write from when to when: "09:00–18:00 h" in Spanish, "09:00–18:00" in most languages and when `bare`."""
    return hours(f"{starts_at:%H:%M}–{ends_at:%H:%M}", language, bare=bare)


def hours(written: str, language: str, *, bare: bool = False) -> str:
    """Add to bare times what the language says with them: "09:00–18:00 h"."""
    return written if bare else conventions(language).clock.format(time=written)


def sides(language: str) -> tuple[str, str]:
    """Return the sides at which lines of a language begin and end: ("left", "right"), or the other way round."""
    return ("right", "left") if direction(language) == "rtl" else ("left", "right")


def colon(language: str) -> str:
    """Return what stands between a label and its value, before the blank: ":"."""
    return conventions(language).colon


def joined(parts: Sequence[str], language: str) -> str:
    """Join as a list in words: "a, b y c", "a, b and c"."""
    return format_list(list(parts), locale=conventions(language).like)


@lru_cache(maxsize=2048)
def country(code: str, language: str) -> str:
    """Return a country's name in a language; the code itself when it is unknown."""
    return str(Locale.parse(language).territories.get(code, code))


def zone_offset(value: datetime, zone: str) -> str:
    """Return the zone's distance from UTC at an instant, like "UTC−6"."""
    offset = value.astimezone(ZoneInfo(zone)).utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset is not None else 0
    sign = "−" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def direction(language: str) -> str:
    """Return which way a language is written, as HTML's `dir` says it: "ltr" or "rtl"."""
    return str(Locale.parse(language).text_direction)


def turned(language: str, reader: str) -> Markup:
    """Return the attribute for a text in a language that is written the other way than the reader's; else nothing."""
    try:
        way = direction(language) if language != reader else ""
    except (UnknownLocaleError, ValueError):
        return Markup()
    return Markup(' dir="{}"').format(way) if way and way != direction(reader) else Markup()


def _written(value: date, pattern: str, language: str, *, year: bool = True) -> str:
    first = conventions(language).first_of_month
    if first and value.day == 1:
        pattern = with_first_of_month(pattern, first)
    return format_date(value, pattern if year else without_year(pattern), locale=language)
