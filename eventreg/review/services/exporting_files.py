"""The bytes of a file that goes straight to whoever asked: as they are made, or whole where the format wants it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from eventreg.media.store import make_folder
from eventreg.review.rules.exports import ExportFormat
from eventreg.review.services.exporting import Begun
from eventreg.review.services.exporting_rows import Source
from eventreg.review.sheets.csv_file import csv_chunks
from eventreg.review.sheets.json_file import json_chunks
from eventreg.review.sheets.xlsx_file import write_xlsx
from eventreg.web.instance import config

_BLOCK = 1 << 16
#: bytes that stay in the memory; a larger file goes to the disk until it is sent
_IN_MEMORY = 4_000_000


def file_chunks(begun: Begun) -> Iterator[bytes]:
    """Yield the file of an export that no worker makes. The first piece comes before all people are read, but of XLSX."""
    source = Source(begun.event_id, begun.plan, begun.at)
    match begun.plan.format:
        case ExportFormat.CSV:
            yield from csv_chunks(source.head(), source.rows(begun.ids))
        case ExportFormat.JSON:
            yield from json_chunks(source.sheet, source.people(begun.ids), source.stamp(len(begun.ids)))
        case ExportFormat.XLSX:
            yield from _xlsx(source, begun)
        case other:
            raise NotImplementedError(other)


def _xlsx(source: Source, begun: Begun) -> Iterator[bytes]:
    rows = chain.from_iterable(source.rows(begun.ids))
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(exports_folder())) as file:
        write_xlsx(file, source.head(), rows, source.stamp(len(begun.ids)), exports_folder())
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block


def exports_folder() -> Path:
    """Return where files are made and kept (0700)."""
    return make_folder(config().exports)
