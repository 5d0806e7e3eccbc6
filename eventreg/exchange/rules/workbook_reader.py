"""Reads a workbook: the file on standard input, its rows as lines of JSON on standard output.

A program of its own, begun for each file. A few kilobytes can stand for many gigabytes of cells: one long text that
thousands of cells point to is copied for each of them, and what an archive says of its sizes need not be true. The memory
and the time of a process have an end, and nobody else's work is in it. It opens no file and reads no setting.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

#: bytes; a sheet of ten thousand rows and fifty columns takes a fifth of it
MOST_MEMORY = 800_000_000
MOST_SECONDS = 60
#: how it ends when there is more than is taken, and when there is no workbook to be read
TOO_MUCH, UNREADABLE = 3, 4


def main(longest_cell: int, most_text: int) -> int:
    """Write a line for each row of the first sheet that is not hidden: its number, and its cells as texts."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    from python_calamine import CalamineError

    left = most_text
    try:
        for number, row in enumerate(_rows(sys.stdin.buffer.read()), 1):
            cells = [_as_text(value)[:longest_cell] for value in row]
            left -= sum(map(len, cells))
            if left < 0:
                return TOO_MUCH
            sys.stdout.write(json.dumps([number, cells]) + "\n")
    except MemoryError:
        return TOO_MUCH
    except (CalamineError, ValueError, IndexError, OSError):
        return UNREADABLE
    return 0


def _rows(content: bytes) -> Iterator[list[Any]]:
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    visible = [each.name for each in workbook.sheets_metadata if each.visible == SheetVisibleEnum.Visible]
    yield from workbook.get_sheet_by_name(visible[0]).iter_rows()


def _as_text(value: Any) -> str:
    """Return what a cell of a workbook holds as one would type it: dates as ISO 8601, whole numbers without a point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    return "" if value is None else str(value)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
