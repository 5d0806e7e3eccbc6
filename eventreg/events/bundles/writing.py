"""Writing an event's file: a ZIP whose documents are the same whenever the event is, with bounded memory."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from typing import IO, Any

from eventreg.events.bundles.archive import FILES, MANIFEST, PARTS
from eventreg.events.bundles.parts import Entry, Part, TakeOut

#: ZIP knows no time before it; the same event gives the same bytes
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_BLOCK = 1 << 20


class BundleWriter:
    """An event's file that is being written. An `Outlet` for the parts."""

    def __init__(self, target: IO[bytes], options: TakeOut, manifest: dict[str, Any]) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self.options = options
        self._kept: set[str] = set()
        # First in the file, so that whoever looks into it knows at once what it holds.
        self.document(MANIFEST, manifest)

    def document(self, name: str, content: Any) -> None:
        """Write one document."""
        self._zip.writestr(_named(name), f"{_json(content, indent=1)}\n")

    def part(self, part: Part, records: Iterable[Entry]) -> None:
        """Write the records of a part."""
        if not part.is_long:
            (record,) = records
            self.document(f"{PARTS}{part.key}.json", record)
            return
        # While one name of a ZIP is written no other can be, and records keep files as they come.
        with tempfile.TemporaryFile() as lines:
            for record in records:
                lines.write(f"{_json(record)}\n".encode())
            lines.seek(0)
            self._copy(f"{PARTS}{part.key}.jsonl", lines)

    def keep(self, content: bytes) -> str:
        """See `Outlet.keep`: a file is named by its content, so that one that is used twice is kept once."""
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self._kept:
            self._kept.add(digest)
            self._copy(f"{FILES}{digest}", io.BytesIO(content))
        return digest

    def close(self) -> None:
        """Write the end: before it, the file is none."""
        self._zip.close()

    def _copy(self, name: str, content: IO[bytes]) -> None:
        with self._zip.open(_named(name), "w", force_zip64=True) as target:
            shutil.copyfileobj(content, target, _BLOCK)


def _named(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _NO_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _json(content: Any, indent: int | None = None) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=indent, allow_nan=False)
