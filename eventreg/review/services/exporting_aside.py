"""Files that a worker makes, step by step, for whoever asked to fetch within a day.

Each step reads some people, writes what comes of them to a sealed file of its own and says how far it is; the last puts
these together. So a worker that dies is followed by another that goes on, and the progress is true. The order of the people
is settled when the export begins and kept the same way. Everything on the disk is sealed by the keys of uploads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update

from eventreg.db import db, transaction
from eventreg.i18n.languages import speaking
from eventreg.jobs.services import schedule
from eventreg.kernel.errors import NotFound
from eventreg.kernel.sealing import CannotUnseal
from eventreg.media.store import CannotKeep, SealedFile, path_of, replace_file, sealed_stream
from eventreg.review.models import Export
from eventreg.review.queries.exports import find_export_by_id
from eventreg.review.rules.exports import KEPT_FOR, ExportFormat, ExportState, Plan
from eventreg.review.services.exporting_files import exports_folder
from eventreg.review.services.exporting_rows import Source
from eventreg.review.sheets.xlsx_file import xlsx_chunks
from eventreg.web.instance import keys

MAKE_JOB = "review.make_export"
#: people of one step
STEP = 2_000


def set_aside(public_id: str, ids: Sequence[int], at: datetime) -> None:
    """Keep who is in an export and have it made, in the transaction that records it. Raises CannotKeep."""
    _write(public_id, "ids", [json.dumps(list(ids)).encode()])
    schedule(MAKE_JOB, f"{MAKE_JOB}:{public_id}", {"public_id": public_id}, at)


def make_some(work: Mapping[str, Any], now: datetime) -> None:
    """Do the next step of an export. It owns its transactions; done twice it is as good as once."""
    public_id = work["public_id"]
    export = find_export_by_id(public_id)
    if export is None or export.state is not ExportState.MAKING:
        return  # its event was deleted, or somebody else has made it
    plan = Plan.from_data(export.details)
    try:
        with speaking(plan.language):
            if export.done < export.count:
                _gather(export, plan, now)
            else:
                _finish(export, plan, now)
    except (NotFound, CannotKeep, CannotUnseal):
        # Trying again would not help: the event or a part is gone, the disk is full, or a key is missing.
        with transaction():
            _change(public_id, state=ExportState.FAILED)
        remove_files(public_id)


def open_file(public_id: str) -> Iterator[bytes]:
    """Yield a file that is ready. Raises NotFound at once where it is gone."""
    return iter(_opened(public_id, ""))


def remove_files(public_id: str) -> None:
    """Remove whatever there is of an export on the disk."""
    for path in exports_folder().glob(f"{public_id}*"):
        path.unlink(missing_ok=True)


def _gather(export: Export, plan: Plan, now: datetime) -> None:
    """Write the next people to a file of their own, and say so."""
    public_id, event_id, done, at = export.public_id, export.event_id, export.done, export.created_at
    ids = json.loads(b"".join(_opened(public_id, "ids")))[done : done + STEP]
    source = Source(event_id, plan, at)
    rows = (row for portion in source.rows(ids) for row in portion)
    _write(public_id, f"{done:08d}", _as_lines(rows))
    with transaction():
        # Only if nobody was faster: the same step done twice counts once.
        _change(public_id, Export.done == done, done=done + len(ids))
        schedule(MAKE_JOB, f"{MAKE_JOB}:{public_id}", {"public_id": public_id}, now)


def _finish(export: Export, plan: Plan, now: datetime) -> None:
    public_id, size = export.public_id, 0

    def counted(chunks: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            size += len(chunk)
            yield chunk

    source = Source(export.event_id, plan, export.created_at)
    rows = _gathered(public_id, export.count)
    match plan.format:
        case ExportFormat.XLSX:
            chunks = xlsx_chunks(source.head(), rows, source.stamp(export.count), exports_folder())
        case other:
            raise NotImplementedError(other)
    db.session.rollback()
    _write(public_id, "", counted(chunks))
    with transaction():
        _change(public_id, state=ExportState.READY, size=size, ready_at=now, expires_at=now + KEPT_FOR)
    _remove_parts(public_id)


def _gathered(public_id: str, count: int) -> Iterator[list[str]]:
    for start in range(0, count, STEP):
        held = b""
        for chunk in _opened(public_id, f"{start:08d}"):
            *lines, held = (held + chunk).split(b"\n")
            for line in lines:
                yield json.loads(line)


def _as_lines(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps(row).encode() + b"\n"


def _change(public_id: str, *conditions: Any, **values: Any) -> None:
    db.session.execute(
        update(Export)
        .where(Export.public_id == public_id, Export.state == ExportState.MAKING, *conditions)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _remove_parts(public_id: str) -> None:
    for path in exports_folder().glob(f"{public_id}~*"):
        path.unlink(missing_ok=True)


def _write(public_id: str, part: str, chunks: Iterable[bytes]) -> None:
    name = _name(public_id, part)
    replace_file(exports_folder(), name, sealed_stream(keys(), chunks, _place(public_id, part)))


def _opened(public_id: str, part: str) -> SealedFile:
    return SealedFile(keys(), path_of(exports_folder(), _name(public_id, part)), _place(public_id, part))


def _name(public_id: str, part: str) -> str:
    return f"{public_id}~{part}" if part else public_id


def _place(public_id: str, part: str) -> str:
    return f"exports/{public_id}/{part}"
