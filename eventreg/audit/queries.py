"""Reads of the audit trail: of one record, of a chain by filters, and whether a chain is whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, or_, select

from eventreg.audit.models import AuditDetail, AuditEntry, hash_of_detail, hash_of_entry
from eventreg.db import db

#: entries that are held in memory at once while a chain is checked
_PORTION = 500


class Trace(NamedTuple):
    """An entry with its detail, empty where it was erased or there never was one."""

    entry: AuditEntry
    detail: dict[str, Any]

    @property
    def is_erased(self) -> bool:
        """Whether there was a detail that was erased with the person."""
        return bool(self.entry.detail_hash) and not self.detail


@dataclass(frozen=True)
class TrailFilter:
    """Which entries of a chain are asked for; what is empty leaves nothing out."""

    #: "account", "participant", "system"
    actor_kind: str = ""
    actor_id: int | None = None
    record_kind: str = ""
    record_id: int | None = None
    action: str = ""
    #: from this instant on
    since: datetime | None = None
    #: before this instant
    until: datetime | None = None


class Head(NamedTuple):
    """The newest entry of a chain: whoever knows it sees when entries were taken from the end."""

    chain: int
    position: int
    hash: str


def list_traces(
    event_id: int, record_kind: str, record_id: int | None, beside: TrailFilter | None = None, most: int = 0
) -> Sequence[Trace]:
    """Return what happened to one record of one event, and the newest of what else is asked for, newest first."""
    own = [AuditEntry.record_kind == record_kind]
    if record_id is not None:
        own.append(AuditEntry.record_id == record_id)
    wanted = [and_(*own)]
    if beside is not None:
        others = _filtered(event_id, beside, AuditEntry.id).order_by(AuditEntry.position.desc()).limit(most)
        wanted.append(AuditEntry.id.in_(select(others.subquery().c.id)))
    return _traces(_filtered(event_id, TrailFilter()).where(or_(*wanted)).order_by(AuditEntry.position.desc()))


def list_trail(
    chain: int, wanted: TrailFilter, most: int, *, before: int | None = None, after: int | None = None
) -> Sequence[Trace]:
    """Return at most `most` entries of a chain, newest first: those before a position, or the nearest after one.

    One statement that reads by key, however long the trail is.
    """
    statement = _filtered(chain, wanted).limit(most)
    if after is not None:
        nearest = statement.where(AuditEntry.position > after).order_by(AuditEntry.position)
        return _traces(nearest)[::-1]
    if before is not None:
        statement = statement.where(AuditEntry.position < before)
    return _traces(statement.order_by(AuditEntry.position.desc()))


def list_actor_ids(chain: int) -> Sequence[int]:
    """Return the accounts that did something in a chain."""
    return db.session.scalars(
        select(AuditEntry.actor_id)
        .where(AuditEntry.chain == chain, AuditEntry.actor_kind == "account", AuditEntry.actor_id.is_not(None))
        .distinct()
    ).all()  # type: ignore[return-value]  # the column can be empty, these are not


def list_heads() -> Sequence[Head]:
    """Return the newest entry of every chain, by chain."""
    newest = select(AuditEntry.chain, func.max(AuditEntry.position).label("position")).group_by(AuditEntry.chain)
    found = newest.subquery()
    rows = db.session.execute(
        select(AuditEntry.chain, AuditEntry.position, AuditEntry.hash)
        .join(found, (found.c.chain == AuditEntry.chain) & (found.c.position == AuditEntry.position))
        .order_by(AuditEntry.chain)
    )
    return [Head(*row) for row in rows]


def find_head(chain: int) -> Head | None:
    """Return the newest entry of a chain, None when there is none."""
    row = db.session.execute(
        select(AuditEntry.chain, AuditEntry.position, AuditEntry.hash)
        .where(AuditEntry.chain == chain)
        .order_by(AuditEntry.position.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Head(*row)


def find_hash(chain: int, position: int) -> str | None:
    """Return the hash of an entry, None when it is not there."""
    return db.session.scalar(select(AuditEntry.hash).where(AuditEntry.chain == chain, AuditEntry.position == position))


def find_broken_position(chain: int) -> int | None:
    """Return the first position of a chain that does not follow from the one before, or None when it is whole.

    Reads a few hundred entries at a time. What was taken from the end does not show: compare `find_hash` with an
    earlier `Head`.
    """
    previous, expected = "", 1
    for row in _rows_to_check(chain):
        entry: Any = row
        if entry.position != expected or entry.hash != hash_of_entry(entry, previous):
            return expected
        if row.detail is not None and hash_of_detail(row.salt, row.detail) != row.detail_hash:
            return expected
        previous, expected = row.hash, expected + 1
    return None


def _rows_to_check(chain: int) -> Iterator[Any]:
    columns = [column for column in AuditEntry.__table__.columns if column.name != "id"]
    statement = (
        select(*columns, AuditDetail.salt, AuditDetail.detail)
        .outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .where(AuditEntry.chain == chain)
        .order_by(AuditEntry.position)
        .limit(_PORTION)
    )
    rows = db.session.execute(statement).all()
    while rows:
        yield from rows
        rows = db.session.execute(statement.where(AuditEntry.position > rows[-1].position)).all()


def _filtered(chain: int, wanted: TrailFilter, *what: Any) -> Select[Any]:
    statement = (
        select(*(what or (AuditEntry, AuditDetail.detail)))
        .outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .where(AuditEntry.chain == chain)
    )
    exact: Mapping[Any, Any] = {
        AuditEntry.actor_kind: wanted.actor_kind,
        AuditEntry.record_kind: wanted.record_kind,
        AuditEntry.action: wanted.action,
    }
    for column, value in exact.items():
        if value:
            statement = statement.where(column == value)
    if wanted.actor_id is not None:
        statement = statement.where(AuditEntry.actor_id == wanted.actor_id)
    if wanted.record_id is not None:
        statement = statement.where(AuditEntry.record_id == wanted.record_id)
    if wanted.since is not None:
        statement = statement.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(AuditEntry.at < wanted.until)
    return statement


def _traces(statement: Select[Any]) -> list[Trace]:
    return [Trace(entry, detail or {}) for entry, detail in db.session.execute(statement)]
