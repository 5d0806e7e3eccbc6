"""What an event is made of: the protocol of a part, and which parts there are.

A part is taken out as records of JSON and put into a new event. Rooms above register theirs; nothing below knows them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from eventreg.audit.services import SYSTEM, Actor
from eventreg.db import db
from eventreg.events.bundles.fields import AS_IT_IS, BundleInvalid, Fitting
from eventreg.web.sockets import Socket

#: an object of JSON
Entry = dict[str, Any]


@dataclass(frozen=True)
class TakeOut:
    """What is taken out."""

    #: parts that are about people
    with_people: bool = False
    #: sensitive answers in plain text; they are left out otherwise
    with_sensitive: bool = False
    #: the bytes of materials and of uploads; pictures always come along
    with_files: bool = True
    #: keys of parts; None: all of them
    parts: frozenset[str] | None = None


class Outlet(Protocol):
    """Where a part leaves what does not belong into JSON."""

    @property
    def options(self) -> TakeOut:
        """What was asked for."""

    def keep(self, content: bytes) -> str:
        """Keep bytes and return the name by which records refer to them."""


class Part(Protocol):
    """Something that an event is made of."""

    @property
    def key(self) -> str:
        """Its name in files: small letters and `_`."""

    @property
    def needs(self) -> frozenset[str]:
        """The parts without which it means nothing."""

    @property
    def is_about_people(self) -> bool:
        """Whether it is left out unless people are asked for."""

    @property
    def is_long(self) -> bool:
        """Whether it is many records, written a line each; otherwise it is exactly one."""

    @property
    def is_offered(self) -> bool:
        """Whether people choose it; otherwise it comes along with what needs it."""

    @property
    def title(self) -> str:
        """Its name for people, to be translated; empty when it is not offered."""

    def count(self, event_id: int) -> int:
        """Return how many records there are."""

    def take_out(self, event_id: int, outlet: Outlet) -> Iterator[Entry]:
        """Yield its records. No id of the database is in them; their order does not depend on it."""

    def put_in(self, records: Iterable[Entry], intake: Intake) -> None:
        """Write the records to the event of `intake`, in the caller's transaction. Raises BundleInvalid."""


class Document:
    """Base of the parts that are one document: subclasses say what is in it."""

    key = ""
    title = ""
    needs: frozenset[str] = frozenset()
    is_about_people = False
    is_long = False
    is_offered = True

    def count(self, event_id: int) -> int:
        """See `Part.count`."""
        return 1

    def take_out(self, event_id: int, outlet: Outlet) -> Iterator[Entry]:
        """See `Part.take_out`."""
        yield self.taken(event_id, outlet)

    def put_in(self, records: Iterable[Entry], intake: Intake) -> None:
        """See `Part.put_in`."""
        for record in records:
            self.given(record, intake)

    def taken(self, event_id: int, outlet: Outlet) -> Entry:
        """Return the document."""
        raise NotImplementedError

    def given(self, entry: Entry, intake: Intake) -> None:
        """Write what is in the document. Raises BundleInvalid."""
        raise NotImplementedError


@dataclass
class Intake:
    """An event that parts are put into, and what they tell one another on the way."""

    event_id: int
    at: datetime
    #: returns the bytes that records refer to by name. Raises BundleInvalid
    read_file: Callable[[Any, str], bytes]
    fitting: Fitting = AS_IT_IS
    #: whose act it is
    actor: Actor = SYSTEM
    #: a copy: what was before (earlier versions, revisions) stays with the original
    is_copy: bool = False
    #: "day", "session", "category", … to what a record calls it to its id
    _known: dict[str, dict[Any, int]] = field(default_factory=dict)

    def claim(self, kind: str, name: Any, place: str) -> None:
        """Refuse a record whose name another one has already, before the database does. Raises BundleInvalid."""
        if name in self._known.get(kind, ()):
            raise BundleInvalid(f"{place}: there are two of the {kind} {name!r}")

    def remember(self, kind: str, name: Any, row_id: int) -> None:
        """Say which row a record became."""
        self._known.setdefault(kind, {})[name] = row_id

    def find(self, kind: str, name: Any, place: str) -> int:
        """Return the row that a name stands for. Raises BundleInvalid."""
        try:
            return self._known[kind][name]
        except (KeyError, TypeError) as error:
            raise BundleInvalid(f"{place}: there is no {kind} {name!r}") from error

    def add(self, row: Any, kind: str = "", name: Any = None) -> Any:
        """Write a row and return it; other records call one of a `kind` by its `name`.

        One by one: rows get their ids in the order in which they stand in the file.
        """
        db.session.add(row)
        db.session.flush()
        if kind:
            self.remember(kind, name, row.id)
        return row

    def names(self, kind: str) -> Mapping[Any, int]:
        """Return what is remembered of a kind."""
        return self._known.get(kind, {})


class PartRegistry:
    """The parts in the order in which they are put in: each after those that it needs."""

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}

    def add(self, part: Part) -> None:
        """Register a part. Raises ValueError for a key that is taken or a need that is not registered yet."""
        if part.key in self._parts or not part.needs <= self._parts.keys():
            raise ValueError(f"the part {part.key} is registered twice, or before what it needs")
        self._parts[part.key] = part

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts.values())

    def find(self, key: str) -> Part | None:
        """Return the part with this key."""
        return self._parts.get(key)

    def whole(self, wanted: Collection[str]) -> list[Part]:
        """Return those wanted parts whose needs are met, with the parts that are not offered but needed, in order.

        A part that lacks something is left out, and what needs it with it: the choice of a person counts, and nothing
        is taken along that was not chosen.
        """
        kept: list[Part] = []
        for part in self:
            if (part.key in wanted or not part.is_offered) and part.needs <= {each.key for each in kept}:
                kept.append(part)
        needed = {key for part in kept if part.is_offered for key in part.needs}
        return [part for part in kept if part.is_offered or part.key in wanted or part.key in needed]


part_registry: Socket[PartRegistry] = Socket("event_parts")
