"""Small tables as CSV: RFC 4180, UTF-8 with a byte order mark, and no cell that a spreadsheet takes for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

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
    # Most cells begin with a letter or digit, which is soon seen.
    csv.writer(buffer).writerows([cell if cell[:1].isalnum() else inert(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8")


_FORMULA_LIKE = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def inert(text: str) -> str:
    """Return a cell's text such that no program computes it: "+52 962 …" becomes "'+52 962 …"."""
    return f"'{text}" if _FORMULA_LIKE.match(text) else text


def original(cell: str) -> str:
    """Return what `inert` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA_LIKE.match(cell) else cell
