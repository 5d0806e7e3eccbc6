"""What a language's `formats.toml` can say, and the patterns that are made out of those of the CLDR."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from babel import Locale, localedata
from babel.dates import format_date, get_date_format

from eventreg.i18n.catalogs import LOCALE_FOLDER, translated_languages
from eventreg.i18n.countries import place_in_alphabet
from eventreg.i18n.formats import before_month, conventions, read_conventions, with_first_of_month, without_year


def test_without_a_file_everything_is_as_in_the_cldr(tmp_path: Path) -> None:
    found = read_conventions("it", tmp_path / "formats.toml")
    assert (found.like, found.day, found.clock, found.first_of_month) == ("it", "EEEE d MMMM y", "{time}", "")
    assert found.alphabet == {}


def test_what_the_file_says_goes_before(tmp_path: Path) -> None:
    file = tmp_path / "formats.toml"
    file.write_text('like = "en_GB"\nplain_day = "d.M.y"\nclock = "{time} Uhr"\n[alphabet]\n"å" = "z~"\n')
    found = read_conventions("en", file)
    assert (found.plain_day, found.clock, found.alphabet) == ("d.M.y", "{time} Uhr", {"å": "z~"})
    assert found.day == get_date_format("full", "en_GB").pattern


def test_a_name_that_is_none_is_told(tmp_path: Path) -> None:
    file = tmp_path / "formats.toml"
    file.write_text('clok = "{time} h"\n')
    with pytest.raises(ValueError, match="clok"):
        read_conventions("es", file)


def test_every_file_that_is_shipped_can_be_read() -> None:
    for file in LOCALE_FOLDER.glob("*/formats.toml"):
        assert conventions(file.parent.name)
    assert all(conventions(language) for language in translated_languages())


def test_spanish_sorts_ñ_after_n_and_french_passes_over_accents() -> None:
    assert place_in_alphabet("nube", "es") < place_in_alphabet("ñandú", "es") < place_in_alphabet("oca", "es")
    assert place_in_alphabet("États-Unis", "fr") == "etats-unis"


@pytest.mark.parametrize(
    ("pattern", "rest", "head"),
    [
        ("EEEE d 'de' MMMM 'de' y", "EEEE d 'de' MMMM", "EEEE d"),
        ("EEEE d MMMM y", "EEEE d MMMM", "EEEE d"),
        ("d. MMMM y", "d. MMMM", "d."),
        ("EEEE, d MMMM y 'г'.", "EEEE, d MMMM", "EEEE, d"),
        ("y. MMMM d., EEEE", "MMMM d., EEEE", ""),
        ("EEEE, y. 'gada' d. MMMM", "EEEE, d. MMMM", ""),
        ("y年M月d日EEEE", "M月d日EEEE", ""),
        ("d MMMM y EEEE", "d MMMM EEEE", ""),
        ("d MMMM", "d MMMM", "d"),
    ],
)
def test_patterns_are_taken_apart(pattern: str, rest: str, head: str) -> None:
    assert without_year(pattern) == rest
    assert before_month(pattern) == head


def test_no_pattern_of_the_cldr_keeps_its_year() -> None:
    for name in localedata.locale_identifiers():
        for width in ("full", "long"):
            pattern = without_year(get_date_format(width, Locale.parse(name)).pattern)
            # both are Thursdays
            assert format_date(date(2021, 3, 11), pattern, name) == format_date(date(2027, 3, 11), pattern, name), name


def test_the_first_of_a_month_is_quoted() -> None:
    assert with_first_of_month("EEEE d 'de' MMMM", "1er") == "EEEE '1er' 'de' MMMM"
    assert with_first_of_month("d MMMM", "l'1") == "'l''1' MMMM"
