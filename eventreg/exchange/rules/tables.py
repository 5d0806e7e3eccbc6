"""A table from the bytes of a file: CSV in the encodings and with the separators that programs write, or a workbook.

What it is shows in its bytes, never in its name. How large it may be is looked at before it is unpacked or taken apart.
"""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from eventreg.exchange.rules import importing
from eventreg.exchange.rules.workbook_reader import UNREADABLE
from eventreg.kernel.errors import Refused

_ZIP = b"PK\x03\x04"
#: the old binary format of Excel, which nobody should have to make any more
_OLE = b"\xd0\xcf\x11\xe0"
_SEPARATORS = ";\t,"
#: where a cell stands: r="AB12"
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_LONGEST_PLACE = 16
#: columns after it are more than we take of any file
_LAST_COLUMN = b"ZZ"
_BLOCK = 1 << 20
_READER = Path(__file__).with_name("workbook_reader.py")
#: seconds: shorter than a request
_PATIENCE = 90
#: signs in all cells together: more than any file of text holds that we take
_MOST_TEXT = 2 * importing.MOST_BYTES
Rows = Iterable[tuple[int, Sequence[str]]]


def read_table(content: bytes) -> importing.Table:
    """Return the table of a file. Raises Refused."""
    if len(content) > importing.MOST_BYTES:
        raise Refused(importing.FileReason.TOO_LARGE, limit=importing.MOST_BYTES // 1_000_000)
    if content.startswith(_OLE) or not content.strip():
        raise Refused(importing.FileReason.UNREADABLE if content.strip() else importing.FileReason.EMPTY)
    rows = _workbook_rows(content) if content.startswith(_ZIP) else _text_rows(_decoded(content))
    return _table(rows)


def _table(rows: Rows) -> importing.Table:
    head: list[str] | None = None
    found: list[tuple[int, Sequence[str]]] = []
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if head is None:
            head = _without_tail([cell.strip() for cell in cells])
            if len(head) > importing.MOST_COLUMNS:
                raise Refused(importing.FileReason.TOO_MANY_COLUMNS, limit=importing.MOST_COLUMNS)
            continue
        if len(found) == importing.MOST_ROWS:
            raise Refused(importing.FileReason.TOO_MANY_ROWS, limit=importing.MOST_ROWS)
        found.append((number, [*cells[: len(head)], *[""] * (len(head) - len(cells))]))
    if head is None or not found:
        raise Refused(importing.FileReason.EMPTY)
    return importing.Table(head, found)


def _decoded(content: bytes) -> str:
    """Return the text: UTF-8 with or without its mark, UTF-16 as Excel writes "Unicode text", else Windows-1252.

    Raises Refused for what holds NUL characters, and so is no text at all.
    """
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise Refused(importing.FileReason.UNREADABLE)


def _text_rows(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=lambda sign: _outside_quotes(first, sign))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, cells in enumerate(reader, 1):
            if number > importing.MOST_ROWS * 4:
                raise Refused(importing.FileReason.TOO_MANY_ROWS, limit=importing.MOST_ROWS)
            yield number, _checked(cells)
    except csv.Error as error:
        raise Refused(importing.FileReason.UNREADABLE) from error


def _outside_quotes(line: str, sign: str) -> int:
    return sum(part.count(sign) for part in line.split('"')[::2])


def _workbook_rows(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows of the first sheet that is not hidden, numbered as there: read by a process of its own."""
    _check_unpacked(content)
    command = [sys.executable, "-I", str(_READER), str(importing.LONGEST_CELL + 1), str(_MOST_TEXT)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, nothing of the file among its arguments
            command, input=content, capture_output=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(importing.FileReason.TOO_LARGE, limit=importing.MOST_BYTES // 1_000_000) from error
    if done.returncode == UNREADABLE:
        raise Refused(importing.FileReason.UNREADABLE)
    if done.returncode:
        # It said so, or its memory came to an end.
        raise Refused(importing.FileReason.TOO_LARGE, limit=importing.MOST_BYTES // 1_000_000)
    for line in io.BytesIO(done.stdout):
        number, cells = json.loads(line)
        yield number, _checked(cells)


def _check_unpacked(content: bytes) -> None:
    """Refuse a workbook that unfolds to more than it may, before any of it is unfolded.

    One cell far out makes a sheet of billions of empty ones in the memory: so the places of cells are looked at, too.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > importing.MOST_UNPACKED:
                raise Refused(importing.FileReason.TOO_LARGE, limit=importing.MOST_BYTES // 1_000_000)
            names = [entry.filename for entry in entries]
            if "xl/workbook.xml" not in names:
                raise Refused(importing.FileReason.UNREADABLE)
            for name in names:
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    with archive.open(name) as sheet:
                        _check_places(sheet)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Refused(importing.FileReason.UNREADABLE) from error


def _check_places(sheet: IO[bytes]) -> None:
    rest = b""
    while block := sheet.read(_BLOCK):
        for column, row in _PLACE.findall(rest + block):
            if int(row) > importing.MOST_ROWS * 4:
                raise Refused(importing.FileReason.TOO_MANY_ROWS, limit=importing.MOST_ROWS)
            if len(column) > 2 or (len(column) == 2 and column > _LAST_COLUMN):
                raise Refused(importing.FileReason.TOO_MANY_COLUMNS, limit=importing.MOST_COLUMNS)
        rest = block[-_LONGEST_PLACE:]


def _checked(cells: Sequence[str]) -> Sequence[str]:
    if len(cells) > importing.MOST_COLUMNS * 4:
        raise Refused(importing.FileReason.TOO_MANY_COLUMNS, limit=importing.MOST_COLUMNS)
    return [cell[: importing.LONGEST_CELL + 1] for cell in cells]


def _without_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells
