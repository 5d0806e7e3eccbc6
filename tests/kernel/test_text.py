"""Choosing a language, and comparing without accents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventreg.kernel.text import Picked, folded, pick


def test_reader_gets_own_language() -> None:
    assert pick({"es": "Hola", "en": "Hello"}, "en") == Picked("Hello", "en")


@pytest.mark.parametrize(
    ("text", "fallbacks", "picked"),
    [
        ({"es": "Hola", "fr": "Salut"}, ["fr"], Picked("Salut", "fr")),
        ({"es": "Hola"}, ["fr"], Picked("Hola", "es")),
        ({"en": "", "es": "Hola"}, [], Picked("Hola", "es")),
        ({}, ["es"], Picked("", "en")),
    ],
    ids=["first fallback", "any", "empty is missing", "nothing at all"],
)
def test_missing_text_falls_back_and_says_its_language(
    text: dict[str, str], fallbacks: list[str], picked: Picked
) -> None:
    assert pick(text, "en", fallbacks) == picked


@given(st.dictionaries(st.sampled_from(["es", "en", "fr", "pt"]), st.text(min_size=1), min_size=1))
def test_text_is_never_blank_where_there_is_some(text: dict[str, str]) -> None:
    picked = pick(text, "ay", ["en"])
    assert picked.text == text[picked.language]


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("Núñez  Peña", "nunez pena"),
        ("ÁNGELA\tde la O", "angela de la o"),
        ("Straße", "strasse"),
        ("n\u0303", "n"),
        ("ﬁn", "fin"),
        ("محمد", "محمد"),
        ("  ", ""),
    ],
)
def test_folding_forgets_accents_case_and_spaces(typed: str, compared: str) -> None:
    assert folded(typed) == compared


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)
