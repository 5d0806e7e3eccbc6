"""A language is there because its files are."""

from __future__ import annotations

from pathlib import Path

from eventreg.config import load_config
from eventreg.i18n.catalogs import in_all_languages, translated_languages


def test_spanish_and_english_come_first_then_the_alphabet(tmp_path: Path) -> None:
    for language in ("pt", "es", "fr", "ar"):
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "messages.mo").touch()
    (tmp_path / "en").mkdir()
    assert translated_languages(tmp_path) == ("es", "en", "ar", "fr", "pt")


def test_english_needs_no_catalog_and_a_folder_without_one_is_no_language(tmp_path: Path) -> None:
    (tmp_path / "de" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "de" / "LC_MESSAGES" / "messages.po").touch()
    assert translated_languages(tmp_path) == ("en",)


def test_an_instance_speaks_whatever_is_translated(tmp_path: Path) -> None:
    assert load_config({}, tmp_path).languages == translated_languages() == ("es", "en", "fr")
    assert load_config({"EVENTREG_LANGUAGES": "en"}, tmp_path).languages == ("en",)


def test_a_word_that_is_the_same_in_both_languages_is_translated() -> None:
    assert in_all_languages("Halal", "starter") == {"en": "Halal", "es": "Halal", "fr": "Halal"}
    assert in_all_languages("Break\n\nNobody translated this", "starter") == {"en": "Break\n\nNobody translated this"}
