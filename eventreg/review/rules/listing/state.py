"""What a list of registrations shows, in which order and from where: its state, as the address holds it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from eventreg.kernel.text import folded
from eventreg.registration.rules.states import Status
from eventreg.review.rules.columns import RECEIVED, USUAL_COLUMNS
from eventreg.review.rules.listing.terms import Term, Test, is_
from eventreg.review.rules.listing.unanswered import Unanswered

PAGE_SIZE = 50
_MOST_WORDS = 8
_PHONE_SIGNS = frozenset("0123456789+-().")


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
class Filter:
    """What is asked of one field: any of its plain terms, and all of its negated ones.

    Whoever is "not x" may be anything else, or nothing.
    """

    field: str
    terms: tuple[Term, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """The values of which the field must be one."""
        return tuple(term.value for term in self.terms if term.test is Test.IS and not term.is_negated)

    def lets(self, value: str) -> bool:
        """Say whether a choice of this one value is let through; "" is none."""
        plain = [_fits(term, value) for term in self.terms if not term.is_negated]
        negated = [_fits(term, value) for term in self.terms if term.is_negated]
        return (not plain or any(plain)) and not any(negated)


@dataclass(frozen=True)
class ListState:
    """Everything that decides what a list shows. Without filters everybody is let through."""

    search: str = ""
    #: at most one of each field; see `narrowed`
    filters: tuple[Filter, ...] = ()
    #: names of columns; empty: the usual ones
    columns: tuple[str, ...] = ()
    #: the name of a column
    order: str = RECEIVED
    is_descending: bool = True
    cursor: Cursor | None = None
    #: something in the address was not understood and left out
    has_unknown: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """What is searched for, folded; every word must be found."""
        return tuple(_searched(word) for word in folded(self.search).split()[:_MOST_WORDS])

    @property
    def is_narrowed(self) -> bool:
        """Whether anybody can be left out."""
        return bool(self.search or self.filters)

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return self.columns or USUAL_COLUMNS

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The statuses that are let through; empty: all, unless the filter says something else."""
        return tuple(Status(value) for value in self.values_of("status"))

    @property
    def categories(self) -> tuple[str, ...]:
        """The keys of the categories that are let through; empty: all."""
        return self.values_of("category")

    @property
    def unanswered(self) -> tuple[Unanswered, ...]:
        """What people have not answered, any of it."""
        found = (Unanswered.read(value) for value in self.values_of("unanswered"))
        return tuple(each for each in found if each is not None)

    def filter_of(self, field: str) -> Filter | None:
        """Return the filter of a field."""
        return next((each for each in self.filters if each.field == field), None)

    def values_of(self, field: str) -> tuple[str, ...]:
        """Return the values of which a field must be one; empty where there is no such filter."""
        found = self.filter_of(field)
        return found.values if found is not None else ()

    def with_(self, **changes: object) -> ListState:
        """Return the state with other parts, from its first page."""
        return replace(self, **{"cursor": None, **changes})  # type: ignore[arg-type]

    def filtered(self, field: str, terms: Iterable[Term]) -> ListState:
        """Return the state with these terms for a field in place of what it had; none take its filter away."""
        asked = tuple(dict.fromkeys(terms))
        kept = [each for each in self.filters if each.field != field or asked]
        if not asked:
            return self.with_(filters=tuple(kept))
        new = Filter(field, asked)
        if self.filter_of(field) is None:
            return self.with_(filters=(*kept, new))
        return self.with_(filters=tuple(new if each.field == field else each for each in kept))

    def narrowed(self, **values: Sequence[str]) -> ListState:
        """Return the state with these values for fields by name: `narrowed(status=["pending"])`; none take a filter away."""
        state = self.with_()
        for field, wanted in values.items():
            state = state.filtered(field, [is_(value) for value in wanted])
        return state

    def without(self, field: str, term: Term | None = None) -> ListState:
        """Return the state without one term of a field, or without all of them."""
        found = self.filter_of(field)
        kept = [each for each in found.terms if each != term] if found is not None and term is not None else []
        return self.filtered(field, kept)

    def chips(self) -> list[tuple[str, Term, ListState]]:
        """Return every term with its field and the state without it."""
        return [(each.field, term, self.without(each.field, term)) for each in self.filters for term in each.terms]

    def ordered_by(self, column: str, *, newest_first: bool = False) -> ListState:
        """Return the state ordered by a column: from its natural end, or turned round when it was the order already."""
        is_descending = not self.is_descending if column == self.order else newest_first
        return self.with_(order=column, is_descending=is_descending)

    def query(self) -> list[tuple[str, str]]:
        """Return the state as names and values of a query string, defaults left out."""
        pairs = [("q", self.search)] if self.search else []
        for each in self.filters:
            pairs += _pairs(each)
        if self.columns and self.columns != USUAL_COLUMNS:
            pairs.append(("columns", ",".join(self.columns)))
        if (self.order, self.is_descending) != (RECEIVED, True):
            pairs.append(("order", ("-" if self.is_descending else "") + self.order))
        if self.cursor is not None:
            pairs.append(_position(self.cursor))
        return pairs


def _fits(term: Term, value: str) -> bool:
    return not value if term.test is Test.EMPTY else bool(value) and term.value == value


def _pairs(asked: Filter) -> list[tuple[str, str]]:
    if asked.field != RECEIVED:
        return [(asked.field, term.text) for term in asked.terms]
    return [(name, end) for term in asked.terms for name, end in zip(("from", "to"), term.ends, strict=True) if end]


def _position(cursor: Cursor) -> tuple[str, str]:
    position = cursor.reference
    if cursor.status is not None:
        position += f".{cursor.status.value}"
    return "before" if cursor.is_backward else "after", position


def _searched(word: str) -> str:
    """Return a word as it is looked for: telephone numbers are kept as digits alone."""
    if set(word) <= _PHONE_SIGNS and any(sign.isdigit() for sign in word):
        return "".join(sign for sign in word if sign.isdigit())
    return word
