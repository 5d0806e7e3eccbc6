"""Dates, times and countries as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from eventreg.i18n import formats

_DAY = date(2027, 3, 11)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("es", "jueves 11 de marzo de 2027"),
        ("en", "Thursday 11 March 2027"),
        ("fr", "jeudi 11 mars 2027"),
        ("de", "Donnerstag, 11. März 2027"),
        ("hu", "2027. március 11., csütörtök"),
    ],
)
def test_a_day_is_written_as_in_the_language(language: str, written: str) -> None:
    assert formats.day(_DAY, language) == written


@pytest.mark.parametrize(
    ("language", "with_weekday", "plain"),
    [
        ("es", "jueves 11 de marzo", "11 de marzo"),
        ("en", "Thursday 11 March", "11 March"),
        ("fr", "jeudi 11 mars", "11 mars"),
        ("ru", "четверг, 11 марта", "11 марта"),
        ("hu", "március 11., csütörtök", "március 11."),
        ("lv", "ceturtdiena, 11. marts", "11. marts"),
    ],
)
def test_a_day_without_its_year_keeps_nothing_of_it(language: str, with_weekday: str, plain: str) -> None:
    assert formats.day(_DAY, language, year=False) == with_weekday
    assert formats.plain_day(_DAY, language, year=False) == plain


def test_the_first_of_a_month_is_written_as_the_language_says_it() -> None:
    first = date(2027, 4, 1)
    assert formats.day(first, "fr") == "jeudi 1er avril 2027"
    assert formats.plain_day(first, "fr", year=False) == "1er avril"
    assert formats.days([first, date(2027, 4, 2)], "fr") == "jeudi 1er et vendredi 2 avril 2027"
    assert formats.day(date(2027, 4, 21), "fr") == "mercredi 21 avril 2027"
    assert formats.plain_day(first, "es") == "1 de abril de 2027"


@pytest.mark.parametrize(
    ("days", "language", "written"),
    [
        ([date(2027, 3, 11), date(2027, 3, 12)], "es", "jueves 11 y viernes 12 de marzo de 2027"),
        ([date(2027, 3, 11), date(2027, 3, 12)], "en", "Thursday 11 and Friday 12 March 2027"),
        ([date(2027, 3, 31), date(2027, 4, 1)], "es", "miércoles 31 de marzo de 2027 y jueves 1 de abril de 2027"),
        ([date(2027, 3, 10), date(2027, 3, 11), date(2027, 3, 12)], "en",
         "Wednesday 10, Thursday 11 and Friday 12 March 2027"),
        ([date(2027, 3, 11), date(2027, 3, 12)], "fr", "jeudi 11 et vendredi 12 mars 2027"),
        ([date(2027, 3, 31), date(2027, 4, 1)], "fr", "mercredi 31 mars 2027 et jeudi 1er avril 2027"),
        ([date(2027, 3, 11), date(2027, 3, 12)], "de", "Donnerstag, 11. und Freitag, 12. März 2027"),
        ([date(2027, 3, 11), date(2027, 3, 12)], "hu",
         "2027. március 11., csütörtök és 2027. március 12., péntek"),
        ([_DAY], "es", "jueves 11 de marzo de 2027"),
        ([], "es", ""),
    ],
)  # fmt: skip
def test_days_are_written_shortly(days: list[date], language: str, written: str) -> None:
    assert formats.days(days, language) == written


def test_an_instant_is_shown_in_the_zone_of_the_event() -> None:
    """Case 28: across a change of clocks. New York changes on 14 March 2027, Mexico does not."""
    before, after = datetime(2027, 3, 14, 6, 59, tzinfo=UTC), datetime(2027, 3, 14, 7, 0, tzinfo=UTC)
    assert formats.instant(before, "America/New_York", "en") == "Sunday 14 March 2027, 01:59"
    assert formats.instant(after, "America/New_York", "en") == "Sunday 14 March 2027, 03:00"
    assert formats.instant(after, "America/Mexico_City", "es") == "domingo 14 de marzo de 2027, 01:00 h"


def test_the_day_turns_in_the_zone() -> None:
    late = datetime(2027, 3, 12, 5, 30, tzinfo=UTC)
    assert formats.short_instant(late, "America/Mexico_City", "es") == "11 mar 2027, 23:30"


def test_times_have_24_hours() -> None:
    assert formats.clock(time(8, 30), "es") == "08:30 h"
    assert formats.clock(time(18, 5), "es", bare=True) == "18:05"
    assert formats.clock(time(18, 5), "en") == "18:05"
    assert formats.clock(time(8, 30), "fr") == "08:30"
    assert formats.span(time(8, 30), time(18), "es") == "08:30–18:00 h"
    assert (
        formats.span(time(8, 30), time(18), "fr")
        == formats.span(time(8, 30), time(18), "es", bare=True)
        == "08:30–18:00"
    )
    instant = datetime(2027, 3, 11, 14, 30, tzinfo=UTC)
    assert formats.instant(instant, "America/Mexico_City", "fr") == "jeudi 11 mars 2027, 08:30"
    assert formats.short_instant(instant, "America/Mexico_City", "fr") == "11 mars 2027, 08:30"


@pytest.mark.parametrize(
    ("parts", "language", "written"),
    [
        (["a", "b", "c"], "es", "a, b y c"),
        (["a", "b", "c"], "en", "a, b and c"),
        (["a", "b", "c"], "fr", "a, b et c"),
        (["a"], "en", "a"),
        ([], "en", ""),
    ],
)
def test_lists_are_joined_in_words(parts: list[str], language: str, written: str) -> None:
    assert formats.joined(parts, language) == written


def test_countries_have_names_and_unknown_codes_stay() -> None:
    assert formats.country("US", "es") == "Estados Unidos"
    assert formats.country("GT", "en") == "Guatemala"
    assert formats.country("US", "fr") == "États-Unis"
    assert formats.country("ZZZ", "en") == "ZZZ"


@pytest.mark.parametrize(
    ("zone", "offset"), [("America/Mexico_City", "UTC−6"), ("Asia/Kathmandu", "UTC+5:45"), ("UTC", "UTC+0")]
)
def test_a_zone_says_its_distance_from_utc(zone: str, offset: str) -> None:
    assert formats.zone_offset(datetime(2027, 3, 11, 12, tzinfo=UTC), zone) == offset


def test_french_sets_a_blank_before_the_colon() -> None:
    assert [formats.colon(language) for language in ("es", "en", "fr")] == [":", ":", "\u00a0:"]


def test_a_page_is_written_the_way_its_language_is() -> None:
    assert [formats.direction(language) for language in ("es", "fr", "ar", "he")] == ["ltr", "ltr", "rtl", "rtl"]
