"""What the history of an event or of the instance shows: a page of entries, and the names of what they are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from eventreg.accounts.queries import list_account_names
from eventreg.audit.queries import Trace, TrailFilter, list_actor_ids, list_trail
from eventreg.db import db
from eventreg.registration.models import Registration
from eventreg.site.queries.names import Names, read_names

PAGE = 50


@dataclass(frozen=True)
class History:
    """Entries, newest first, with what names them."""

    traces: Sequence[Trace]
    #: names of accounts by id
    accounts: Mapping[int, str]
    #: references of registrations by id
    references: Mapping[int, str]
    #: who did something in this chain, for the choice of a person: names by id
    people: Mapping[int, str] = field(default_factory=dict)
    #: what other records are called
    names: Names = field(default_factory=Names)
    has_older: bool = False
    has_newer: bool = False


def read_history(chain: int, wanted: TrailFilter, *, before: int | None = None, after: int | None = None) -> History:
    """Return a page of a chain in seven statements at most; one entry more is read to know whether there is another page."""
    traces = list(list_trail(chain, wanted, PAGE + 1, before=before, after=after))
    is_more = len(traces) > PAGE
    shown = traces[:PAGE] if after is None else traces[-PAGE:]
    actors = set(list_actor_ids(chain))
    accounts = list_account_names(actors | _accounts_of(shown))
    return History(
        traces=shown,
        accounts=accounts,
        references=_references(chain, shown),
        people={actor: accounts[actor] for actor in actors if actor in accounts},
        names=read_names(chain, shown),
        has_older=is_more if after is None else True,
        has_newer=is_more if after is not None else before is not None,
    )


def read_portion(chain: int, wanted: TrailFilter, before: int | None, most: int) -> History:
    """Return the next entries of a chain for a file, in six statements at most."""
    traces = list_trail(chain, wanted, most, before=before)
    accounts, references = list_account_names(_accounts_of(traces)), _references(chain, traces)
    return History(traces, accounts, references, names=read_names(chain, traces))


def _accounts_of(traces: Iterable[Trace]) -> set[int]:
    found: set[int | None] = set()
    for trace in traces:
        entry = trace.entry
        if entry.actor_kind == "account":
            found.add(entry.actor_id)
        if entry.record_kind == "account":
            found.add(entry.record_id)
        named = trace.detail.get("account")
        if isinstance(named, int):
            found.add(named)
    return {account_id for account_id in found if account_id is not None}


def _references(chain: int, traces: Iterable[Trace]) -> Mapping[int, str]:
    ids = {trace.entry.record_id for trace in traces if trace.entry.record_kind == "registration"} | {
        trace.entry.actor_id for trace in traces if trace.entry.actor_kind == "participant"
    }
    if not ids:
        return {}
    rows = db.session.execute(
        select(Registration.id, Registration.reference).where(
            Registration.event_id == chain, Registration.id.in_(sorted(found for found in ids if found is not None))
        )
    )
    return {row.id: row.reference for row in rows}
