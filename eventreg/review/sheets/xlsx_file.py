"""The list as a workbook of Excel: one sheet of people, one that says whose file it is.

Every cell says that it is text, so nothing is computed and no sign stands before what might be (docs/decisions/0015).
Rows go to a file as they come and never stand in the memory together.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from flask_babel import gettext as _

from eventreg.i18n import formats
from eventreg.review.sheets.stamp import Stamp

#: what no name of a sheet may hold, and how long one may be
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31
_NARROWEST, _WIDEST = 12, 44
#: what a cell of Excel holds
LONGEST_CELL = 32_767
_BLOCK = 1 << 16
#: bytes that stay in the memory; a larger workbook goes to the disk until it is sent
_IN_MEMORY = 4_000_000
_PLAIN_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def xlsx_chunks(head: Sequence[str], rows: Iterable[Sequence[str]], stamp: Stamp, folder: Path) -> Iterator[bytes]:
    """Yield the workbook, which is whole before its first piece comes. What is large lies in `folder` meanwhile."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(folder)) as file:
        write_xlsx(file, head, rows, stamp, folder)
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block


def write_xlsx(
    target: IO[bytes], head: Sequence[str], rows: Iterable[Sequence[str]], stamp: Stamp, folder: Path
) -> None:
    """Write the workbook. What is written in between lies in `folder`, for as long as this takes."""
    from xlsxwriter import Workbook

    with tempfile.TemporaryDirectory(dir=folder, prefix=".xlsx-") as between:
        workbook = Workbook(target, {"constant_memory": True, "tmpdir": between, **_PLAIN_TEXT})
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        workbook.set_properties(
            {
                "title": stamp.event_title,
                "author": stamp.who,
                "comments": "\n".join(
                    f"{title}{formats.colon(stamp.language)} {value}" for title, value in stamp.lines()
                ),
                "created": stamp.local.replace(tzinfo=None),
            }
        )
        _write_people(workbook, bold, head, rows, stamp)
        _write_stamp(workbook, bold, stamp)
        workbook.close()


def _write_people(workbook: Any, bold: Any, head: Sequence[str], rows: Iterable[Sequence[str]], stamp: Stamp) -> None:
    sheet = _sheet(workbook, _("Registrations"), stamp)
    for number, title in enumerate(head):
        sheet.set_column(number, number, min(max(len(title) + 2, _NARROWEST), _WIDEST))
    sheet.freeze_panes(1, 0)
    _write_row(sheet, 0, head, bold)
    last = 0
    for last, row in enumerate(rows, 1):
        _write_row(sheet, last, row)
    if head:
        sheet.autofilter(0, 0, last, len(head) - 1)
        # Numbers stay as they were typed: Excel need not point each of them out.
        sheet.ignore_errors({"number_stored_as_text": _range(last, len(head) - 1)})


def _write_stamp(workbook: Any, bold: Any, stamp: Stamp) -> None:
    sheet = _sheet(workbook, _("About this file"), stamp)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 80)
    for number, (title, value) in enumerate(stamp.lines()):
        sheet.write_string(number, 0, title, bold)
        sheet.write_string(number, 1, value)


def _write_row(sheet: Any, number: int, row: Sequence[str], form: Any = None) -> None:
    for place, cell in enumerate(row):
        if cell:
            sheet.write_string(number, place, cell if len(cell) <= LONGEST_CELL else _cut(cell), form)


def _cut(cell: str) -> str:
    """Return as much as a cell of Excel holds, and say so: no question allows so much, but many answers together do."""
    said = _("… (cut here: CSV and JSON have all of it)")
    return cell[: LONGEST_CELL - len(said)] + said


def _sheet(workbook: Any, name: str, stamp: Stamp) -> Any:
    sheet = workbook.add_worksheet(_FORBIDDEN.sub(" ", name)[:_LONGEST_NAME].strip())
    if formats.direction(stamp.language) == "rtl":
        sheet.right_to_left()
    return sheet


def _range(last_row: int, last_column: int) -> str:
    from xlsxwriter.utility import xl_range

    return str(xl_range(0, 0, last_row, last_column))
