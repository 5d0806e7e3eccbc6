"""What the history of an event or of the instance shows: a page of entries, and the names of what they are about.

What a detail holds is read here alone: any shape, of any release, and it never raises.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from eventreg.audit import trail
from eventreg.audit.queries import Trace, TrailFilter, list_actor_ids, list_trail

PAGE = 50
_PAIR = 2


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
        for part in parts_of(entry.action, detail):
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


class Part(NamedTuple):
    """A part of a record with what it is, and what it was where that is told too."""

    #: "" of the record as a whole
    name: str
    new: Any
    old: Any = None
    has_old: bool = False
    #: the numbers of the versions in whose words `old` and `new` are; None: the registration's
    under: tuple[int | None, int | None] = (None, None)


def parts_of(action: str, detail: Any) -> list[Part]:
    """Return what a detail says, part by part. What it is not known to mean stands under its own name."""
    if not isinstance(detail, Mapping):
        return [Part("", detail)] if detail else []
    if trail.holds(action) is trail.Holds.ANSWERS:
        return [_part(str(name), value) for name, value in detail.items()]
    return list(_parts(detail))


def _parts(detail: Mapping[str, Any]) -> Iterator[Part]:
    is_change = "old" in detail and "new" in detail
    if is_change:
        yield Part("", detail["new"], detail["old"], has_old=True)
    for name, value in detail.items():
        if name == "changed" and isinstance(value, Mapping):
            yield from (_changed(str(part), both) for part, both in value.items())
        elif not (is_change and name in ("old", "new")):
            yield _part(str(name), value)


def _part(name: str, value: Any) -> Part:
    if isinstance(value, Mapping) and {"old", "new"} <= value.keys():
        return Part(name, value["new"], value["old"], has_old=True, under=_under(value.get("under")))
    if isinstance(value, Mapping) and value.keys() == {"new"}:
        return Part(name, value["new"])
    return Part(name, value)


def _changed(name: str, value: Any) -> Part:
    """Read {part: [old, new]}, or {part: "changed"} where the values are not kept."""
    if isinstance(value, list) and len(value) == _PAIR:
        return Part(name, value[1], value[0], has_old=True)
    return _part(name, value)


def _under(value: Any) -> tuple[int | None, int | None]:
    if not isinstance(value, list) or len(value) != _PAIR:
        return (None, None)
    old, new = (number if isinstance(number, int) else None for number in value)
    return (old, new)
