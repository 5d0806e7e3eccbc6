"""Where files that a worker makes lie: sealed by the keys of uploads, a part for each step and then the whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from eventreg.jobs.services import schedule
from eventreg.media.store import SealedFile, make_folder, path_of, replace_file, sealed_stream
from eventreg.web.instance import config, keys

MAKE_JOB = "review.make_export"
#: the part that says who is in it
PEOPLE = "people"


def set_aside(public_id: str, ids: Sequence[int], at: datetime) -> None:
    """Keep who is in an export and have it made, in the transaction that records it. Raises CannotKeep."""
    write_part(public_id, PEOPLE, [json.dumps(list(ids)).encode()])
    schedule(MAKE_JOB, f"{MAKE_JOB}:{public_id}", {"public_id": public_id}, at)


def exports_folder() -> Path:
    """Return where files are made and kept (0700)."""
    return make_folder(config().exports)


def write_part(public_id: str, part: str, chunks: Iterable[bytes]) -> None:
    """Write a part of an export, or without a name the whole, in place of what there was. Raises CannotKeep."""
    replace_file(
        exports_folder(), _name(public_id, part), sealed_stream(keys(), chunks, content_place(public_id, part))
    )


def opened_part(public_id: str, part: str) -> SealedFile:
    """Open what `write_part` wrote. Raises NotFound."""
    return SealedFile(keys(), path_of(exports_folder(), _name(public_id, part)), content_place(public_id, part))


def open_file(public_id: str) -> Iterator[bytes]:
    """Yield the whole of an export that is ready. Raises NotFound at once where it is gone."""
    return iter(opened_part(public_id, ""))


def remove_parts(public_id: str) -> None:
    """Remove the parts of an export whose whole is there."""
    for path in exports_folder().glob(f"{public_id}~*"):
        path.unlink(missing_ok=True)


def remove_files(public_id: str) -> None:
    """Remove whatever there is of an export on the disk."""
    for path in exports_folder().glob(f"{public_id}*"):
        path.unlink(missing_ok=True)


def _name(public_id: str, part: str) -> str:
    return f"{public_id}~{part}" if part else public_id


def content_place(public_id: str, part: str = "") -> str:
    """Return the place that a part of an export, or without a name the whole, is bound to."""
    return f"exports/{public_id}/{part}"
