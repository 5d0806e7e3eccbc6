"""What changed between two versions of a text: right for any texts, and soon for any texts."""

from __future__ import annotations

from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given, strategies as st

from eventreg.events.rules.texts import Piece, word_differences

WORDS = st.lists(st.sampled_from(["the", "bus", "leaves", "at", "nine", " ", " ", ".", "\n"]), max_size=40).map("".join)


def test_words_that_changed_are_told_from_those_that_stayed() -> None:
    assert word_differences("The bus leaves at 9 from the plaza.", "The bus leaves at 10 from the main plaza.") == [
        Piece("same", "The bus leaves at "),
        Piece("removed", "9"),
        Piece("added", "10"),
        Piece("same", " from the"),
        Piece("added", " main"),
        Piece("same", " plaza."),
    ]


def test_a_sentence_put_in_leaves_the_others_as_they_were() -> None:
    old = "Come early. Bring water. It is hot."
    new = "Come early. Bring water. Wear a hat. It is hot."
    assert [piece for piece in word_differences(old, new) if piece.kind != "same"] == [Piece("added", "Wear a hat. ")]


@pytest.mark.parametrize(("old", "new"), [("", ""), ("a", ""), ("", "a"), ("a", "a"), ("a b", "b a")])
def test_edges(old: str, new: str) -> None:
    _assert_whole(old, new)


@given(WORDS, WORDS)
def test_pieces_are_both_texts(old: str, new: str) -> None:
    _assert_whole(old, new)


@given(st.text(max_size=60), st.text(max_size=60))
def test_pieces_of_any_texts_are_both_texts(old: str, new: str) -> None:
    _assert_whole(old, new)


def test_no_text_takes_long() -> None:
    """Signs in an order that leaves nothing equal to begin from: one such pair kept difflib busy for minutes."""
    signs = "".join(chr(0x2190 + number % 130) for number in range(20_000))
    mixed = "!".join(signs[:10_000])
    began = process_time()
    for old, new in ((signs, mixed), (signs, signs[::-1]), (mixed, signs[7:] + "?"), ("a " * 10_000, "b a " * 5_000)):
        _assert_whole(old, new)
    assert process_time() - began < 5


def _assert_whole(old: str, new: str) -> None:
    pieces = word_differences(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert all(one.kind != other.kind for one, other in pairwise(pieces))
