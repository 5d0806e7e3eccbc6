"""Files that a worker makes, step by step, for whoever asked to fetch within a day.

Each step reads some people, writes what comes of them to a sealed file of its own and says how far it is; the last puts
these together. So a worker that dies is followed by another that goes on, and the progress is true. The order of the people
is settled when the export begins and kept the same way. Everything on the disk is sealed by the keys of uploads.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update

from eventreg.db import db, transaction
from eventreg.exchange.models import Export
from eventreg.exchange.rules.exports import KEPT_FOR, STEPS, ExportState, Plan
from eventreg.exchange.services.files import (
    PEOPLE,
    Source,
    find_export_by_id,
    opened_part,
    remove_files,
    remove_parts,
    write_part,
)
from eventreg.exchange.services.formats import FORMATS
from eventreg.exchange.sheets.printed import CannotPrint
from eventreg.i18n.languages import speaking
from eventreg.kernel.errors import NotFound
from eventreg.kernel.sealing import CannotUnseal
from eventreg.media.store import CannotKeep


def make_some(work: Mapping[str, Any], now: datetime) -> bool:
    """Do the next step of an export, and say whether one is left. Done twice it is as good as once."""
    public_id = work["public_id"]
    export = find_export_by_id(public_id)
    if export is None or export.state is not ExportState.MAKING:
        return False  # its event was deleted, or somebody else has made it
    plan = export.plan
    try:
        with speaking(plan.language):
            if export.done < export.count:
                _gather(export, plan)
                return True
            _finish(export, plan, now)
    except (NotFound, CannotKeep, CannotUnseal, CannotPrint):
        # Trying again would not help: the event or a part is gone, the disk is full, or a key is missing.
        with transaction():
            _change(public_id, state=ExportState.FAILED)
        remove_files(public_id)
    return False


def _gather(export: Export, plan: Plan) -> None:
    """Write what comes of the next people to a file of its own, and say so."""
    public_id, count, done, step = export.public_id, export.count, export.done, STEPS[plan.format]
    source = Source(export.event_id, plan, export.created_at)
    ids = json.loads(b"".join(opened_part(public_id, PEOPLE)))[done : done + step]
    chunks = FORMATS[plan.format].part(source, ids, count, done, step)
    write_part(public_id, _part_name(done), chunks)
    with transaction():
        # Only if nobody was faster: the same step done twice counts once.
        _change(public_id, Export.done == done, done=done + len(ids))


def _finish(export: Export, plan: Plan, now: datetime) -> None:
    """Put the parts together."""
    public_id, size = export.public_id, 0

    def counted(chunks: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            size += len(chunk)
            yield chunk

    source = Source(export.event_id, plan, export.created_at)
    starts = range(0, export.count, STEPS[plan.format])
    parts = (opened_part(public_id, _part_name(start)) for start in starts)
    chunks = FORMATS[plan.format].whole(source, parts, export.count)
    db.session.rollback()
    write_part(public_id, "", counted(chunks))
    with transaction():
        _change(public_id, state=ExportState.READY, size=size, ready_at=now, expires_at=now + KEPT_FOR)
    remove_parts(public_id)


def _part_name(start: int) -> str:
    return f"{start:08d}"


def _change(public_id: str, *conditions: Any, **values: Any) -> None:
    db.session.execute(
        update(Export)
        .where(Export.public_id == public_id, Export.state == ExportState.MAKING, *conditions)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
