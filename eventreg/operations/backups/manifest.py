"""What a backup says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eventreg.config import Config
from eventreg.operations import OperationRefused

FORMAT = 1
MANIFEST, KEYS = "manifest.json", "keys.sealed"
TABLES, UPLOADS, MATERIALS = "tables/", "uploads/", "materials/"


def file_folders(config: Config) -> dict[str, Path]:
    """Return the folders whose sealed files a backup carries, by the beginning of their names in it."""
    return {UPLOADS: config.uploads, MATERIALS: config.materials}


def kept_files(folder: Path) -> Iterator[Path]:
    """Yield every file of a folder. What is only half written, or laid beside, is below a name that begins with a dot."""
    for path in sorted(folder.rglob("[!.]*")) if folder.is_dir() else ():
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


@dataclass(frozen=True)
class TablePart:
    """One table: its columns by name with their kinds, in the order of the rows' values."""

    name: str
    columns: dict[str, str]
    rows: int


@dataclass(frozen=True)
class Manifest:
    """The whole. `tables` are in an order in which each only points to those before it."""

    format: int
    version: str
    revision: str
    #: "sqlite" or "postgresql": for the reader, nothing depends on it
    database: str
    made_at: str
    #: tells whether keys are the ones that this instance had; see `keyfile.fingerprints`
    fingerprints: dict[str, str]
    tables: tuple[TablePart, ...]
    #: SHA-256 in hexadecimal of every other part of the file
    hashes: dict[str, str]

    def to_json(self) -> str:
        """Return the manifest as it stands in the file."""
        return json.dumps(asdict(self), indent=1)

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(table.rows for table in self.tables)

    @property
    def files(self) -> int:
        """How many files there are: what people uploaded, and materials."""
        return sum(name.startswith((UPLOADS, MATERIALS)) for name in self.hashes)


def parse_manifest(text: bytes) -> Manifest:
    """Read a manifest. Raises OperationRefused for one that this program does not understand."""
    try:
        content: dict[str, Any] = json.loads(text)
        if content["format"] != FORMAT:
            raise OperationRefused(
                f"The backup has format {content['format']}, and this eventreg reads {FORMAT}. Use a newer version."
            )
        tables = tuple(TablePart(**table) for table in content.pop("tables"))
        return Manifest(**content, tables=tables)
    except (ValueError, KeyError, TypeError) as error:
        raise OperationRefused(f"The file is no backup of eventreg: {error}") from error
