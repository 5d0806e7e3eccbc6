"""Writing the audit trail, always inside the transaction of the act itself."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from functools import partial
from typing import Any, Self

from flask_login import current_user
from sqlalchemy import bindparam, func, insert, select

from eventreg.audit.models import AuditDetail, AuditEntry, hash_of_detail, hash_of_entry
from eventreg.db import Base, before_commit, db
from eventreg.kernel.clock import now

#: the chain of what belongs to no event
INSTANCE_CHAIN = 0


@dataclass(frozen=True)
class Actor:
    """Who acts: `kind` is "participant", "account" or "system"; `id` the registration's or account's."""

    kind: str
    id: int | None = None

    @classmethod
    def account(cls, account_id: int) -> Self:
        """Return the actor for a person who is signed in."""
        return cls("account", account_id)

    @classmethod
    def participant(cls, registration_id: int) -> Self:
        """Return the actor for whoever holds a registration's personal link."""
        return cls("participant", registration_id)


SYSTEM = Actor("system")


def acting() -> Actor:
    """Return who is signed in: a view hands it to the service that it calls."""
    return Actor.account(current_user.id)


@dataclass(frozen=True)
class Target:
    """A record by its id, for who holds no row of it, and for an act that stands in another chain than the row's own.

    `model` is the model or, where that is not known, the kind that its `audited_as` is.
    """

    model: type[Base] | str
    id: int | None
    #: None: of the instance
    event_id: int | None = None

    @property
    def audited_as(self) -> str:
        """Its kind."""
        return self.model if isinstance(self.model, str) else self.model.audited_as


@dataclass(frozen=True)
class Act:
    """One of many acts that `note_all` writes; see `note`."""

    row: Base | Target
    action: str
    actor: Actor
    at: datetime
    detail: Mapping[str, Any] | None = None


_followers: dict[str, Callable[[int], None]] = {}


def follow(act: Callable[[int], None], *kinds: str) -> None:
    """Have `act` called with the id of an event at the end of each transaction that notes something of these kinds."""
    _followers.update(dict.fromkeys(kinds, act))


def _followed(chain: int, rows: Iterable[Base | Target]) -> None:
    kinds = {row.audited_as for row in rows} if chain != INSTANCE_CHAIN else set()
    for act in {_followers[kind] for kind in kinds & _followers.keys()}:
        before_commit((act, chain), partial(act, chain))


def note(row: Base | Target, action: str, actor: Actor, at: datetime | None = None, /, **detail: Any) -> AuditEntry:
    """Append what `actor` did to a row (now, unless `at` says when) to its chain, in the caller's transaction.

    A row of an event belongs to the event's chain, any other to the instance's. The caller has flushed the row, and holds
    the event's, so that positions follow one another. `detail` must be JSON, under any names; a sensitive value never
    goes into it, only "answered" or "changed".
    """
    chain, position, previous = _end_of_chain(row)
    entry, salt = _entry(chain, position, previous, Act(row, action, actor, at or now(), detail))
    db.session.add(entry)
    db.session.flush()
    _followed(chain, [row])
    if detail:
        db.session.add(AuditDetail(entry_id=entry.id, salt=salt, detail=detail))
    return entry


def change(
    row: Base, values: Mapping[str, Any], action: str, actor: Actor, at: datetime | None = None, /, **detail: Any
) -> bool:
    """Set columns of a row to `values`, raise its revision where it has one, and note what changed; False where nothing did.

    Detail of the act: `changed`, column to [before, after] as JSON, and `detail`. What must not stand in the trail is set
    by hand.
    """
    changed = {name: [plain(old), plain(new)] for name, new in values.items() if (old := getattr(row, name)) != new}
    if not changed:
        return False
    for name in changed:
        setattr(row, name, values[name])
    if hasattr(row, "revision"):
        row.revision += 1
    note(row, action, actor, at, changed=changed, **detail)
    return True


def note_all(acts: Iterable[Act]) -> None:
    """Append acts on rows of one event to its chain, in their order, in few statements; else as `note`."""
    acts = list(acts)
    if not acts:
        return
    chain, position, previous = _end_of_chain(acts[0].row)
    rows: list[dict[str, Any]] = []
    details: list[tuple[int, bytes, dict[str, Any]]] = []
    for act in acts:
        entry, salt = _entry(chain, position, previous, act)
        if act.detail:
            details.append((len(rows), salt, dict(act.detail)))
        position, previous = position + 1, entry.hash
        rows.append({name: entry.__dict__[name] for name in _ENTRY})
    _followed(chain, [act.row for act in acts])
    # Rows, not records: of thousands the session's own bookkeeping costs as much as the statements.
    if not details:
        # Without their ids they are one statement on both databases.
        db.session.execute(insert(AuditEntry), rows)
    else:
        statement = insert(AuditEntry).returning(AuditEntry.id, sort_by_parameter_order=True)
        ids = db.session.scalars(statement, rows).all()
        told = [{"entry_id": ids[place], "salt": salt, "detail": detail} for place, salt, detail in details]
        db.session.execute(insert(AuditDetail), told)


def plain(value: Any) -> Any:
    """Return a value of a column as JSON takes it."""
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | time) else value


_LAST = (
    select(AuditEntry.position, AuditEntry.hash)
    .where(AuditEntry.chain == bindparam("of"))
    .order_by(AuditEntry.position.desc())
    .limit(1)
)


def _end_of_chain(row: Any) -> tuple[int, int, str]:
    """Return the chain that a row belongs to, the position that comes next, and the hash that it follows."""
    chain = INSTANCE_CHAIN if row.event_id is None else row.event_id
    if chain == INSTANCE_CHAIN:
        _hold_instance_chain()
    last = db.session.execute(_LAST, {"of": chain}).one_or_none()
    return (chain, last.position + 1, last.hash) if last else (chain, 1, "")


def _entry(chain: int, position: int, previous: str, act: Act) -> tuple[AuditEntry, bytes]:
    """Return the entry of an act, not yet written, and the salt of its detail's hash."""
    row: Any = act.row
    if not row.audited_as:
        raise ValueError(f"{row!r} is nothing that the audit trail tells of")
    salt = os.urandom(16) if act.detail else b""
    entry = AuditEntry(
        chain=chain,
        position=position,
        at=act.at,
        actor_kind=act.actor.kind,
        actor_id=act.actor.id,
        action=act.action,
        record_kind=row.audited_as,
        record_id=row.id,
        detail_hash=hash_of_detail(salt, act.detail) if act.detail else "",
    )
    entry.hash = hash_of_entry(entry, previous)
    return entry, salt


#: what an entry holds beside its number in the table
_ENTRY = (
    "chain", "position", "at", "actor_kind", "actor_id", "action", "record_kind", "record_id", "detail_hash", "hash",
)  # fmt: skip


def _hold_instance_chain() -> None:
    """Keep two writers of the instance's chain apart: it has no event's row that a service would have locked."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(INSTANCE_CHAIN)))
