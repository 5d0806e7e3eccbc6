"""Cells that stay text whatever a spreadsheet program makes of them, and come back unchanged.

A program takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a line end for a formula (OWASP, "CSV injection"),
also after blanks and in the wide forms of East Asian keyboards. Such a cell gets an apostrophe in front, and so does a
cell that begins with apostrophes before such a sign: so taking one off gives back exactly what was there
(docs/decisions/0015).
"""

from __future__ import annotations

import re

_FORMULA_LIKE = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def inert(text: str) -> str:
    """Return a cell's text such that no program computes it: "+52 962 …" becomes "'+52 962 …"."""
    # Most cells begin with a letter or digit, which is soon seen.
    return text if text[:1].isalnum() or not _FORMULA_LIKE.match(text) else f"'{text}"


def original(cell: str) -> str:
    """Return what `inert` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA_LIKE.match(cell) else cell
