"""What a list of registrations shows, in which order and from where: its state, as the address holds it."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from eventreg.kernel.text import folded
from eventreg.registration.rules.requests import RequestKind
from eventreg.registration.rules.states import Status

PAGE_SIZE = 50
_LONGEST_SEARCH = 200
_MOST_WORDS = 8
#: names of sections are no longer
_LONGEST_SECTION = 64
_MOST_UNANSWERED = 20
#: codes are short; anything longer is no reference of ours
_LONGEST_REFERENCE = 16
_PHONE_SIGNS = frozenset("0123456789+-().")


class Order(enum.Enum):
    """What a list can be ordered by."""

    RECEIVED = "received"
    NAME = "name"
    STATUS = "status"
    INSTITUTION = "institution"


#: how statuses follow one another in a list: what waits for a decision comes first
STATUS_ORDER = (
    Status.PENDING,
    Status.WAITLISTED,
    Status.CONFIRMED,
    Status.DECLINED,
    Status.CANCELLED,
    Status.UNVERIFIED,
)


class Unanswered(NamedTuple):
    """What somebody was asked beside the form and has not answered: a follow-up by its section, or any of the other kinds."""

    kind: RequestKind
    #: of a follow-up; empty for the others
    section_key: str = ""

    @property
    def value(self) -> str:
        """How an address names it."""
        return f"{self.kind.value}.{self.section_key}" if self.section_key else self.kind.value


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after, or going back before, the registration of this reference.

    In the order of statuses it also keeps the status that the registration had: deciding on the last person of a page
    must not move the next one.
    """

    reference: str
    is_backward: bool = False
    status: Status | None = None


@dataclass(frozen=True)
class ListState:
    """Everything that decides what a list shows. Empty filters let everything through."""

    search: str = ""
    statuses: tuple[Status, ...] = ()
    #: keys of categories
    categories: tuple[str, ...] = ()
    #: people who have not answered any of these
    unanswered: tuple[Unanswered, ...] = ()
    order: Order = Order.RECEIVED
    is_descending: bool = True
    cursor: Cursor | None = None
    #: something in the address was not understood and left out
    has_unknown: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """What is searched for, folded; every word must be found."""
        return tuple(_searched(word) for word in folded(self.search).split()[:_MOST_WORDS])

    def with_(self, **changes: object) -> ListState:
        """Return the state with other parts, from its first page."""
        return replace(self, **{"cursor": None, **changes})  # type: ignore[arg-type]

    def ordered_by(self, order: Order) -> ListState:
        """Return the state ordered by `order`: from its natural end, or turned round when it was the order already."""
        is_descending = not self.is_descending if order is self.order else order is Order.RECEIVED
        return self.with_(order=order, is_descending=is_descending)

    def query(self) -> list[tuple[str, str]]:
        """Return the state as names and values of a query string, defaults left out."""
        pairs = [("q", self.search)] if self.search else []
        pairs += [("status", status.value) for status in self.statuses]
        pairs += [("category", key) for key in self.categories]
        pairs += [("unanswered", asked.value) for asked in self.unanswered]
        if (self.order, self.is_descending) != (Order.RECEIVED, True):
            pairs.append(("order", ("-" if self.is_descending else "") + self.order.value))
        if self.cursor is not None:
            position = self.cursor.reference
            if self.cursor.status is not None:
                position += f".{self.cursor.status.value}"
            pairs.append(("before" if self.cursor.is_backward else "after", position))
        return pairs


def read_state(arguments: Mapping[str, Sequence[str]], category_keys: Collection[str]) -> ListState:
    """Read a list's state from a query string. What is unknown or hostile is left out, and `has_unknown` says so."""
    reader = _Reader(arguments)
    search = " ".join(reader.first("q").split())
    statuses = tuple(status for status in STATUS_ORDER if status.value in reader.all("status"))
    categories = tuple(key for key in category_keys if key in reader.all("category"))
    order, is_descending = _order(reader)
    reader.expect("status", {status.value for status in STATUS_ORDER})
    reader.expect("category", set(category_keys))
    if len(search) > _LONGEST_SEARCH:
        search, reader.has_unknown = search[:_LONGEST_SEARCH], True
    return ListState(
        search=search,
        statuses=statuses,
        categories=categories,
        unanswered=_unanswered(reader),
        order=order,
        is_descending=is_descending,
        cursor=_cursor(reader),
        has_unknown=reader.has_unknown,
    )


class _Reader:
    """A query string being read, with whether all of it was understood."""

    def __init__(self, arguments: Mapping[str, Sequence[str]]) -> None:
        self._arguments = arguments
        self.has_unknown = False

    def all(self, name: str) -> Sequence[str]:
        return [value for value in self._arguments.get(name, ()) if value]

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    def expect(self, name: str, known: Collection[str]) -> None:
        if any(value not in known for value in self.all(name)):
            self.has_unknown = True


def _unanswered(reader: _Reader) -> tuple[Unanswered, ...]:
    """Return what is named, each once. A section is not looked up: nobody was asked one that there is not."""
    found: dict[Unanswered, None] = {}
    for value in reader.all("unanswered"):
        name, _, section_key = value.partition(".")
        kind = next((kind for kind in RequestKind if kind.value == name), None)
        is_name = section_key.isidentifier() and section_key.isascii() and len(section_key) <= _LONGEST_SECTION
        fits = is_name if kind is RequestKind.FOLLOW_UP else not section_key
        if kind is None or not fits or len(found) == _MOST_UNANSWERED:
            reader.has_unknown = True
        else:
            found[Unanswered(kind, section_key)] = None
    return tuple(found)


def _order(reader: _Reader) -> tuple[Order, bool]:
    asked = reader.first("order")
    for order in Order:
        if asked.removeprefix("-") == order.value:
            return order, asked.startswith("-")
    reader.has_unknown |= bool(asked)
    return Order.RECEIVED, True


def _cursor(reader: _Reader) -> Cursor | None:
    for name in ("after", "before"):
        if not (position := reader.first(name)):
            continue
        reference, _, status_text = position.partition(".")
        status = next((status for status in Status if status.value == status_text), None)
        is_plain = reference.isascii() and reference.isprintable() and len(reference) <= _LONGEST_REFERENCE
        if is_plain and bool(status_text) == (status is not None):
            return Cursor(reference, is_backward=name == "before", status=status)
        reader.has_unknown = True
    return None


def _searched(word: str) -> str:
    """Return a word as it is looked for: telephone numbers are kept as digits alone."""
    if set(word) <= _PHONE_SIGNS and any(sign.isdigit() for sign in word):
        return "".join(sign for sign in word if sign.isdigit())
    return word
