"""The bytes of a file that goes straight to whoever asked: as they are made, or whole where the format wants it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from eventreg.review.rules.exports import ExportFormat
from eventreg.review.services.exporting import Begun
from eventreg.review.services.exporting_archive import archive_chunks
from eventreg.review.services.exporting_prints import printed
from eventreg.review.services.exporting_rows import Progress, Source
from eventreg.review.services.exporting_store import exports_folder
from eventreg.review.sheets.csv_file import csv_chunks
from eventreg.review.sheets.json_file import json_chunks
from eventreg.review.sheets.xlsx_file import xlsx_chunks


def first_of(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Return the same pieces, the first of which is made at once: what cannot be made fails before anything is sent."""
    head = next(chunks, b"")
    return chain([head], chunks)


def file_chunks(begun: Begun, progress: Progress | None = None) -> Iterator[bytes]:
    """Yield the file of an export that no worker makes. The first piece comes before all people are read, but of XLSX."""
    source = Source(begun.event_id, begun.plan, begun.at, progress)
    match begun.plan.format:
        case ExportFormat.CSV:
            yield from csv_chunks(source.head(), source.rows(begun.ids))
        case ExportFormat.JSON:
            yield from json_chunks(source.sheet, source.people(begun.ids), source.stamp(len(begun.ids)))
        case ExportFormat.XLSX:
            rows = chain.from_iterable(source.rows(begun.ids))
            yield from xlsx_chunks(source.head(), rows, source.stamp(len(begun.ids)), exports_folder())
        case ExportFormat.PDF_LIST | ExportFormat.PDF_SHEET:
            yield printed(source, begun.ids, len(begun.ids))
        case ExportFormat.ZIP:
            yield from archive_chunks(source, begun.ids)
