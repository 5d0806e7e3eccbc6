"""A small workbook that stands for gigabytes is refused, and never stands in the memory of the server. Case 63."""

from __future__ import annotations

import io
import resource
import zipfile

import pytest
from xlsxwriter import Workbook

from eventreg.exchange.rules.importing import FileReason
from eventreg.exchange.rules.tables import read_table
from eventreg.kernel.errors import Refused

#: one text that all cells point to
_TEXT = b"<t>Q</t>"


def a_workbook(cells: int, longest: int) -> bytes:
    """A workbook of many cells that all point to one long text, as a program may write it and Excel never does."""
    plain, swollen = io.BytesIO(), io.BytesIO()
    workbook = Workbook(plain, {"in_memory": True})
    sheet = workbook.add_worksheet()
    for number in range(cells):
        sheet.write_string(number // 20, number % 20, "Q")
    workbook.close()
    source = zipfile.ZipFile(plain)
    with zipfile.ZipFile(swollen, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(_TEXT, b"<t>" + b"Q" * longest + b"</t>"))
    return swollen.getvalue()


def test_a_text_that_very_many_cells_point_to_is_refused() -> None:
    content = a_workbook(4000, 100_000)
    assert len(content) < 50_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refused) as refused:
        read_table(content)
    assert refused.value.reason is FileReason.TOO_LARGE
    # Kilobytes. What it unfolds to is 400 MB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000


def test_the_same_workbook_with_texts_of_a_length_that_people_write_is_read() -> None:
    table = read_table(a_workbook(4000, 100))
    assert len(table.rows) == 199
    assert table.head == ["Q" * 100] * 20
