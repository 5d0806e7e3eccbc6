"""A workbook holds what a cell of Excel can, and says where it cannot."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from python_calamine import load_workbook

from eventreg.exchange.sheets.formats import LONGEST_CELL, Stamp, xlsx_chunks
from eventreg.kernel.clock import now

pytestmark = pytest.mark.usefixtures("app")
STAMP = Stamp("s", "Seminario [2027] *?/", now(), "America/Mexico_City", "Olga", "", 1, "en", False, False)


def read(app: Flask, *portions: list[list[str]]) -> list[list[str]]:
    stamp = replace(STAMP, count=sum(map(len, portions)))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        content = b"".join(xlsx_chunks(["A", "B"], portions, stamp))
    return load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_a_cell_that_is_too_long_says_that_it_was_cut(app: Flask) -> None:
    fits, longer = "ñ" * LONGEST_CELL, "ñ" * (LONGEST_CELL + 1)
    head, row, wide = read(app, [[fits, longer], ["𝄞" * LONGEST_CELL, ""]])
    assert head == ["A", "B"]
    assert row[0] == fits
    assert len(row[1]) == LONGEST_CELL
    assert row[1].endswith("(cut here: CSV and JSON have all of it)")
    assert len(wide[0].encode("utf-16-le")) // 2 in (LONGEST_CELL - 1, LONGEST_CELL)


def test_signs_that_xml_cannot_hold_do_not_break_it(app: Flask) -> None:
    hostile = ["a\x01b\x0bc", '_x0041_ <b>&amp;"]]>\u202e']
    _head, row = read(app, [hostile])
    assert row[1] == hostile[1]


def test_rows_of_all_portions_stand_in_their_order_and_keep_their_blanks(app: Flask) -> None:
    rows = [[f" {number}\n{number} ", "" if number % 2 else "x"] for number in range(7)]
    assert read(app, rows[:3], [], rows[3:])[1:] == rows


def test_the_workbook_is_sent_as_it_is_written(app: Flask) -> None:
    """A piece comes before the people of the next portion are asked for, so a large one needs no more memory."""
    asked = []

    def portions() -> Iterator[list[list[str]]]:
        for number in range(3):
            asked.append(number)
            yield [["a", "b"]]

    with app.test_request_context(headers={"Accept-Language": "en"}):
        chunks = xlsx_chunks(["A", "B"], portions(), replace(STAMP, count=3))
        next(chunks)
        assert asked == [0]
        assert len(list(chunks)) == 3
