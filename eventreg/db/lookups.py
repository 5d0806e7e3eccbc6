"""Finding one row that must be there."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.sql.base import ExecutableOption

from eventreg.db.base import Base, db
from eventreg.kernel.errors import NotFound

Row = TypeVar("Row", bound=Base)


def get_of_event(model: type[Row], event_id: int, options: Sequence[ExecutableOption] = (), /, **by: Any) -> Row:
    """Return the row of this event whose columns are `by`, as `public_id=…`. Raises NotFound, also for another event's."""
    return found(db.session.scalar(select(model).filter_by(event_id=event_id, **by).options(*options)))


def found(row: Row | None) -> Row:
    """Return what a query found. Raises NotFound for nothing."""
    if row is None:
        raise NotFound
    return row
