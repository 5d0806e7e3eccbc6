"""The list as CSV: RFC 4180, UTF-8 with a byte order mark, cells inert (`rules.spreadsheets`)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from eventreg.review.rules.spreadsheets import inert

#: tells Excel that the file is UTF-8, so that accents open right
_BOM = "\ufeff"
Rows = Iterable[Sequence[str]]


def csv_chunks(head: Sequence[str], portions: Iterable[Rows]) -> Iterator[bytes]:
    """Yield the file: the head at once, then one piece for each portion of rows."""
    yield _lines([head], _BOM)
    for rows in portions:
        yield _lines(rows)


def csv_file(head: Sequence[str], rows: Rows) -> bytes:
    """Return a small file whole."""
    return b"".join(csv_chunks(head, [rows]))


def _lines(rows: Rows, before: str = "") -> bytes:
    buffer = io.StringIO()
    buffer.write(before)
    csv.writer(buffer).writerows([inert(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8")
