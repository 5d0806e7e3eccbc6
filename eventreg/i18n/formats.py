"""Dates, times and countries as people write them. Every function names its language; nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list


def day(value: date, language: str, *, year: bool = True) -> str:
    """Write a day with its weekday: "jueves 11 de marzo de 2027", "Thursday 11 March 2027"."""
    if language == "es":
        return format_date(value, "EEEE d 'de' MMMM" + (" 'de' y" if year else ""), locale="es")
    if language == "en":
        return format_date(value, "EEEE d MMMM" + (" y" if year else ""), locale="en")
    return str(format_skeleton("yMMMMEEEEd" if year else "MMMMEEEEd", value, locale=language))


def plain_day(value: date, language: str, *, year: bool = True) -> str:
    """Write a day without its weekday: "11 de marzo de 2027", "11 March 2027"."""
    if language == "es":
        return format_date(value, "d 'de' MMMM" + (" 'de' y" if year else ""), locale="es")
    if language == "en":
        return format_date(value, "d MMMM" + (" y" if year else ""), locale="en")
    return str(format_skeleton("yMMMMd" if year else "MMMMd", value, locale=language))


def short_day(value: date, language: str) -> str:
    """Write a day for narrow columns, without its year: "8 feb", "8 Feb"."""
    return format_date(value, "d MMM", locale=language)


def days(values: Sequence[date], language: str, *, weekdays: bool = True) -> str:
    """Write several days shortly: "jueves 11 y viernes 12 de marzo de 2027" when they share a month, else each in full."""
    if not values:
        return ""
    last = values[-1]
    write = day if weekdays else plain_day
    shares_month = all((value.year, value.month) == (last.year, last.month) for value in values)
    if len(values) == 1 or not shares_month or language not in ("es", "en"):
        return joined([write(value, language) for value in values], language)
    pattern = "EEEE d" if weekdays else "d"
    heads = [format_date(value, pattern, locale=language) for value in values[:-1]]
    return joined([*heads, write(last, language)], language)


def short_instant(value: datetime, zone: str, language: str) -> str:
    """Write an instant for lists, in the zone: "8 feb 2027, 10:42", "8 Feb 2027, 10:42"."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{format_date(local.date(), 'd MMM y', locale=language)}, {clock(local.time(), language, bare=True)}"


def instant(value: datetime, zone: str, language: str) -> str:
    """Write an instant in full, in the zone: "viernes 12 de febrero de 2027, 18:00 h"."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), language)}, {clock(local.time(), language)}"


def clock(value: time, language: str, *, bare: bool = False) -> str:
    """Write a time of day in 24 hours: "08:30 h" in Spanish, "08:30" elsewhere or when `bare`."""
    written = value.strftime("%H:%M")
    return f"{written} h" if language == "es" and not bare else written


def span(starts_at: time, ends_at: time, language: str, *, bare: bool = False) -> str:
    """Write from when to when: "09:00–18:00 h" in Spanish, "09:00–18:00" elsewhere or when `bare`."""
    return f"{clock(starts_at, language, bare=True)}–{clock(ends_at, language, bare=bare)}"


def joined(parts: Sequence[str], language: str) -> str:
    """Join as a list in words: "a, b y c", "a, b and c"."""
    # Our English writes no comma before the last "and".
    return format_list(list(parts), locale=language).replace(", and ", " and ")


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
