"""What the history of an event or of the instance shows: a page of entries, and the names of what they are about."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eventreg.audit import details, trail
from eventreg.audit.queries import Trace, TrailFilter, list_actor_ids, list_trail

PAGE = 50


@dataclass(frozen=True)
class History:
    """Entries, newest first, with what names them."""

    traces: Sequence[Trace]
    #: what they are about
    names: trail.Found
    #: who did something in this chain, for the choice of a person: names by id
    people: Mapping[int, str] = field(default_factory=dict)
    has_older: bool = False
    has_newer: bool = False


def read_history(chain: int, wanted: TrailFilter, *, before: int | None = None, after: int | None = None) -> History:
    """Return a page of a chain in seven statements at most; one entry more is read to know whether there is another page."""
    traces = list(list_trail(chain, wanted, PAGE + 1, before=before, after=after))
    is_more = len(traces) > PAGE
    shown = traces[:PAGE] if after is None else traces[-PAGE:]
    account, actors = trail.by_id("account"), list_actor_ids(chain)
    names = trail.read_names(chain, [*keys_in(shown), *((account, str(actor)) for actor in actors)])
    people = {actor: trail.name_of(actor, account, names) for actor in actors}
    return History(
        traces=shown,
        names=names,
        people={actor: name for actor, name in people.items() if name},
        has_older=is_more if after is None else True,
        has_newer=is_more if after is not None else before is not None,
    )


def read_portion(chain: int, wanted: TrailFilter, before: int | None, most: int) -> History:
    """Return the next entries of a chain for a file, in six statements at most."""
    traces = list_trail(chain, wanted, most, before=before)
    return History(traces, trail.read_names(chain, keys_in(traces)))


def keys_in(traces: Iterable[Trace]) -> Iterator[tuple[str, str]]:
    """Yield what entries name by a key, after the part (or the kind of record) that it is a key of."""
    for trace in traces:
        entry, detail = trace.entry, trace.detail
        yield from _keys(trail.by_id("account" if entry.actor_kind == "account" else "registration"), entry.actor_id)
        yield from _keys(trail.by_id(entry.record_kind), entry.record_id)
        yield from _keys(trail.by_id("account"), detail.get("account"))
        yield from _keys(entry.record_kind, detail.get("key"))
        for part in details.parts_of(entry.action, detail):
            yield from _keys(part.name, part.new)
            yield from _keys(part.name, part.old)
            if trail.holds(entry.action) is trail.Holds.SESSIONS:
                yield "session", part.name


def _keys(part: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _keys(name, one)
    elif isinstance(value, list):
        for one in value:
            yield from _keys(part, one)
    elif value is not None and value != "":
        yield part, str(value)
