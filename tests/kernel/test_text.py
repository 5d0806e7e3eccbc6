"""Choosing a language, and comparing without accents."""

from __future__ import annotations

import unicodedata
from time import process_time

import pytest
from hypothesis import given, strategies as st

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


@given(st.text(alphabet=st.sampled_from("aÑñ́̈ͅᾳᾼཱིཷུ߫ःखे각"), max_size=12) | st.text(max_size=12))
def test_folding_takes_away_what_the_standard_calls_an_accent(text: str) -> None:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    assert folded(text) == " ".join(bare.split())


@pytest.mark.parametrize("marks", ["\u0301\u0323", "\u0f73", "\u0345\u0301", "\u0345"])
def test_a_run_of_accents_takes_no_time(marks: str) -> None:
    """Putting a run in order takes a time that grows with its square: minutes for what one form can bring."""
    began = process_time()
    folded("a" + marks * 100_000)
    assert process_time() - began < 2
