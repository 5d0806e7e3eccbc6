"""Cells that begin like formulas: text in every program, and the same again when they come back."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from eventreg.kernel.text import inert, original

DANGEROUS = (
    "=1+1",
    "+52 962 123 4567",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1+1",
    " @x",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "''=1",
    '=HYPERLINK("https://evil.example";"x")',
    "=cmd|' /C calc'!A0",
)
HARMLESS = ("", "Ana", "ana+demo@instituto.example", "O'Higgins", "'", "'Ana'", "2027-03-11", "5 - 3", "ñ")


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:  # case 38
    assert inert(text) == "'" + text
    assert original(inert(text)) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert inert(text) == text
    assert original(text) == text


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n ＝a1"), max_size=8) | st.text())
def test_every_cell_comes_back_unchanged(text: str) -> None:  # case 38
    cell = inert(text)
    assert original(cell) == text
    assert cell.lstrip()[:1] not in tuple("=+-@＝＋－＠")
    assert cell[:1] not in ("\t", "\r", "\n")
