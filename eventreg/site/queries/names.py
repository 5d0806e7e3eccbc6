"""What the records are called that entries of the audit trail name by key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from eventreg.audit.queries import Trace
from eventreg.db import db
from eventreg.events.models import Category, Event, EventDay, ProgrammeSession
from eventreg.events.rules.practical import keyed
from eventreg.kernel.text import LocalizedText
from eventreg.organizations.models import Organization

#: parts of a detail that hold keys of institutions, and of categories
OF_ORGANIZATIONS = frozenset({"organization", "stays"})
OF_CATEGORIES = frozenset({"category", "categories", "only_categories", "required_for", "link_of"})
#: parts that hold names of texts and items of the practical information
OF_TEXTS = frozenset({"texts", "practical"})


@dataclass(frozen=True)
class Names:
    """Names by key. What is not here is gone, and its key stays."""

    organizations: Mapping[str, LocalizedText] = field(default_factory=dict)
    categories: Mapping[str, LocalizedText] = field(default_factory=dict)
    #: the items of the practical information, each with topic and heading
    practical: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: titles of sessions, by number and by what stands in their addresses
    sessions: Mapping[str, LocalizedText] = field(default_factory=dict)


def read_names(chain: int, traces: Sequence[Trace]) -> Names:
    """Return the names of what entries are about: a statement for each kind of record that they name, four at most."""
    kinds = {trace.entry.record_kind for trace in traces}
    parts = {part for trace in traces for part, _value in _parts(trace.detail)}
    return Names(
        organizations=_organizations(traces),
        categories=_categories(chain) if parts & OF_CATEGORIES or "category" in kinds else {},
        practical=_practical(chain) if parts & OF_TEXTS else {},
        sessions=_sessions(chain) if "session" in parts or _moves_sessions(traces) else {},
    )


def _parts(detail: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every part of a detail with its value, those that changed among them."""
    for part, value in detail.items():
        yield part, value
        if part == "changed" and isinstance(value, Mapping):
            yield from value.items()


def _organizations(traces: Iterable[Trace]) -> Mapping[str, LocalizedText]:
    keys = {
        value
        for trace in traces
        for part, value in _parts(trace.detail)
        if isinstance(value, str)
        and (part in OF_ORGANIZATIONS or (part == "key" and trace.entry.record_kind == "organization"))
    }
    if not keys:
        return {}
    rows = db.session.execute(select(Organization.key, Organization.name).where(Organization.key.in_(sorted(keys))))
    return {row.key: row.name for row in rows}


def _categories(chain: int) -> Mapping[str, LocalizedText]:
    rows = db.session.execute(select(Category.key, Category.name).where(Category.event_id == chain))
    return {row.key: row.name for row in rows}


def _moves_sessions(traces: Iterable[Trace]) -> bool:
    return any(trace.entry.action == "session_moved" for trace in traces)


def _sessions(chain: int) -> Mapping[str, LocalizedText]:
    rows = db.session.execute(
        select(ProgrammeSession.id, ProgrammeSession.public_id, ProgrammeSession.title)
        .join(EventDay, EventDay.id == ProgrammeSession.day_id)
        .where(EventDay.event_id == chain)
    )
    return {key: row.title for row in rows for key in (str(row.id), row.public_id)}


def _practical(chain: int) -> Mapping[str, Mapping[str, Any]]:
    items = db.session.scalar(select(Event.practical).where(Event.id == chain)) or []
    return {item["key"]: item for item in keyed(items)}
