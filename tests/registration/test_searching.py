"""What answers are ordered and compared by."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from eventreg.kernel.text import COMPARED, folded, sort_position, sort_value

NUMBERS = st.decimals(-(10**14), 10**14, places=3).map(lambda number: f"{number.normalize() + 0:f}")


@given(NUMBERS, NUMBERS)
def test_numbers_are_in_the_order_of_their_size(one: str, two: str) -> None:
    assert (sort_value(one) < sort_value(two)) is (Decimal(one) < Decimal(two))
    assert (sort_value(one) == sort_value(two)) is (Decimal(one) == Decimal(two))


@given(st.text(max_size=600))
def test_texts_are_folded_and_cut(text: str) -> None:
    found = sort_value(text)
    assert len(found) <= COMPARED
    assert found == sort_value(text)
    if not found.startswith(("/", "-")) and not text.isdecimal():
        assert folded(text).startswith(found)


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("Núñez  PEÑA", "nunez pena"),
        ("2027-03-11", "2027-03-11"),
        ("14:30", "14:30"),
        ("12.5", "/////////////12.5"),
        ("0", "//////////////0"),
        ("-3", "-999999999999996~"),
        ("007", "007"),
        ("1e5", "1e5"),
        ("1234567890123456", "1234567890123456"),
        ("", ""),
    ],
)
def test_an_answer_is_compared_so(answer: str, value: str) -> None:
    assert sort_value(answer) == value


def test_a_number_contains_its_own_digits_only() -> None:
    assert "0" not in sort_value("12")
    assert "12" in sort_value("12")


def test_a_position_is_ordered_without_accent_and_case() -> None:
    assert sort_position("Técnico  SENIOR") == "tecnico senior"
