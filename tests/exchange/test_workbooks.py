"""A workbook holds what a cell of Excel can, and says where it cannot."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask
from python_calamine import load_workbook

from eventreg.exchange.sheets.formats import LONGEST_CELL, Stamp, xlsx_chunks
from eventreg.kernel.clock import now

pytestmark = pytest.mark.usefixtures("app")
STAMP = Stamp("s", "Seminario [2027] *?/", now(), "America/Mexico_City", "Olga", "", 1, "en", False, False)


def read(app: Flask, rows: list[list[str]], folder: Path) -> list[list[str]]:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        content = b"".join(xlsx_chunks(["A", "B"], rows, STAMP, folder))
    assert not list(folder.iterdir()), "nothing is left of what was written in between"
    return load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_a_cell_that_is_too_long_says_that_it_was_cut(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "between"
    folder.mkdir()
    fits, longer = "ñ" * LONGEST_CELL, "ñ" * (LONGEST_CELL + 1)
    head, row = read(app, [[fits, longer]], folder)
    assert head == ["A", "B"]
    assert row[0] == fits
    assert len(row[1]) == LONGEST_CELL
    assert row[1].endswith("(cut here: CSV and JSON have all of it)")


def test_signs_that_xml_cannot_hold_do_not_break_it(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "between"
    folder.mkdir()
    hostile = ["a\x01b\x0bc", '_x0041_ <b>&amp;"]]>\u202e']
    _head, row = read(app, [hostile], folder)
    assert row[1] == hostile[1]
