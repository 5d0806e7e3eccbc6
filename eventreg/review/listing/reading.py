"""Reading a list's state from an address: what is not understood is left out, and that is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eventreg.registration.rules.states import Status
from eventreg.review.listing.fields import ListField
from eventreg.review.listing.shape import ListShape
from eventreg.review.rules.columns import ANSWER, PERSON, RECEIVED
from eventreg.review.rules.listing import (
    Cursor,
    Filter,
    ListState,
    Term,
    Test,
    between,
    read_term,
)

_LONGEST_SEARCH = 200
#: codes are short; anything longer is no reference of ours
_LONGEST_REFERENCE = 16
#: of one field, and of all together: each is looked for in every registration
_MOST_TERMS, _MOST_TOGETHER = 60, 150
_MOST_COLUMNS = 80
#: what columns were called in addresses before
_RENAMED = {"name": PERSON}


def read_state(arguments: Mapping[str, Sequence[str]], shape: ListShape) -> ListState:
    """Return the state that a query string holds, as far as the list offers it."""
    reader = _Reader(arguments)
    search = " ".join(reader.first("q").split())
    if len(search) > _LONGEST_SEARCH:
        search, reader.has_unknown = search[:_LONGEST_SEARCH], True
    order, is_descending = _order(reader, shape)
    filters = _filters(reader, shape)
    columns, cursor = _columns(reader, shape), _cursor(reader)
    return ListState(search, filters, columns, order, is_descending, cursor, reader.has_unknown)


class _Reader:
    """A query string being read, with whether all of it was understood."""

    def __init__(self, arguments: Mapping[str, Sequence[str]]) -> None:
        self._arguments = arguments
        self.has_unknown = False

    def names(self) -> list[str]:
        return [name for name in self._arguments if self.all(name)]

    def all(self, name: str) -> Sequence[str]:
        return [value for value in self._arguments.get(name, ()) if value]

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")


def _filters(reader: _Reader, shape: ListShape) -> tuple[Filter, ...]:
    """Return the filters in the order of the list's fields."""
    found, left = [], _MOST_TOGETHER
    for field in shape.fields.values():
        asked = _received(reader, field) if field.name == RECEIVED else _terms(reader, field)
        terms, left = asked[:left], max(0, left - len(asked))
        reader.has_unknown |= len(terms) < len(asked)
        if terms:
            found.append(Filter(field.name, terms))
    known = shape.fields.keys()
    reader.has_unknown |= any(name.startswith(ANSWER) and name not in known for name in reader.names())
    return tuple(found)


def _terms(reader: _Reader, field: ListField) -> tuple[Term, ...]:
    """Return what is asked of a field, each once, values of a short list in its order."""
    found: dict[Term, None] = {}
    for text in reader.all(field.name):
        term = read_term(text, has_ranges=field.seeking.has_ranges)
        accepted = field.accept(term) if term is not None else None
        if accepted is None or len(found) == _MOST_TERMS:
            reader.has_unknown = True
        else:
            found[accepted] = None
    return tuple(sorted(found, key=lambda term: _place(field, term)))


def _place(field: ListField, term: Term) -> tuple[bool, bool, int]:
    is_listed = field.values is not None and term.test is Test.IS
    return (
        term.is_negated,
        term.test is not Test.IS,
        field.values.index(term.value) if field.values and is_listed else 0,
    )


def _received(reader: _Reader, field: ListField) -> tuple[Term, ...]:
    """Return the dates received that `from` and `to` name, the days themselves among them."""
    ends = []
    for name in ("from", "to"):
        text = reader.first(name)
        fits = not text or field.accept(between(text, "")) is not None
        reader.has_unknown |= not fits
        ends.append(text if fits else "")
    return (between(*ends),) if any(ends) else ()


def _columns(reader: _Reader, shape: ListShape) -> tuple[str, ...]:
    named = [name for text in reader.all("columns") for name in text.split(",") if name]
    known = [name for name in dict.fromkeys(named) if name in shape.columns][:_MOST_COLUMNS]
    reader.has_unknown |= any(name not in known for name in named)
    return tuple(known)


def _order(reader: _Reader, shape: ListShape) -> tuple[str, bool]:
    asked = reader.first("order")
    name = asked.removeprefix("-")
    name = _RENAMED.get(name, name)
    if name in shape.columns:
        return name, asked.startswith("-")
    reader.has_unknown |= bool(asked)
    return RECEIVED, True


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
