"""Files that can be taken out of the list."""

from __future__ import annotations

import enum


class ExportFormat(enum.Enum):
    """What a file is."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    #: a printed list, and a sheet to sign for each day
    PDF_LIST = "pdf_list"
    PDF_SHEET = "pdf_sheet"
    #: the files that people sent
    ZIP = "zip"


class ExportState(enum.Enum):
    """Where a file stands."""

    #: a worker makes it
    MAKING = "making"
    READY = "ready"
    #: it went straight to whoever asked
    GIVEN = "given"
    FAILED = "failed"
    #: deleted; the row stays
    EXPIRED = "expired"
