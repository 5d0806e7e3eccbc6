"""Dates, times and countries as people write them. Every function names its language; nothing is guessed."""

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list

from eventreg.i18n.conventions import before_month, conventions, with_first_of_month, without_year


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
    shown = format_skeleton("yMMMd", local.date(), locale=conventions(language).like)
    return f"{shown}, {clock(local.time(), language, bare=True)}"


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


def _written(value: date, pattern: str, language: str, *, year: bool = True) -> str:
    first = conventions(language).first_of_month
    if first and value.day == 1:
        pattern = with_first_of_month(pattern, first)
    return format_date(value, pattern if year else without_year(pattern), locale=language)
