"""What a list of registrations shows, in which order and from where: its state, as the address holds it.

Of one field an address says: `x` is x, `!x` is not x, `~` is empty, `*` is answered, `~x` contains x, `a..b` lies between a and
b, each end among them and either of them left out. What would be read as something else is written after `=`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from eventreg.kernel.text import folded
from eventreg.questionnaires.rules.schema import Question
from eventreg.registration.rules.asked import RequestKind
from eventreg.registration.rules.states import Status

#: how addresses begin what they call a question's field or column
ANSWER = "answer."
PERSON, RECEIVED, STATUS = "person", "received", "status"
USUAL_COLUMNS = (PERSON, "institution", "country", "category", STATUS, RECEIVED)


def answer_column(key: str) -> str:
    """Return how an address names the column of a question."""
    return f"{ANSWER}{key}"


YES, MAIL, DOUBT, MINE, LATE, ANY = "yes", "mail", "doubt", "mine", "late", "any"

_NOT, _EMPTY, _ANSWERED, _LITERAL, _BETWEEN = "!", "~", "*", "=", ".."


class Test(enum.Enum):
    """What is asked."""

    #: pytest takes a class of this name for a test
    __test__ = False

    IS = "is"
    CONTAINS = "contains"
    #: the value is the two ends, with ".." between them
    RANGE = "range"
    EMPTY = "empty"


@dataclass(frozen=True)
class Term:
    """One thing that is asked of one field."""

    test: Test
    value: str = ""
    is_negated: bool = False

    @property
    def text(self) -> str:
        """How an address writes it."""
        if self.test is Test.EMPTY:
            return _ANSWERED if self.is_negated else _EMPTY
        return (_NOT if self.is_negated else "") + self._plain

    @property
    def _plain(self) -> str:
        if self.test is Test.CONTAINS:
            return _EMPTY + self.value
        if self.test is Test.RANGE:
            return self.value
        is_plain = self.value[:1] not in (_NOT, _EMPTY, _ANSWERED, _LITERAL) and _BETWEEN not in self.value
        return self.value if is_plain else _LITERAL + self.value

    @property
    def ends(self) -> tuple[str, str]:
        """The two ends of a range; empty where it has none."""
        least, _, most = self.value.partition(_BETWEEN)
        return least, most


def is_(value: str) -> Term:
    """Return the term of being this value."""
    return Term(Test.IS, value)


def is_not(value: str) -> Term:
    """Return the term of being anything else, or nothing."""
    return Term(Test.IS, value, is_negated=True)


def contains(text: str) -> Term:
    """Return the term of containing a text."""
    return Term(Test.CONTAINS, text)


def between(least: str, most: str) -> Term:
    """Return the term of lying between two values; an empty one is no limit."""
    return Term(Test.RANGE, f"{least}{_BETWEEN}{most}")


IS_EMPTY = Term(Test.EMPTY)
IS_ANSWERED = Term(Test.EMPTY, is_negated=True)


def read_term(text: str, *, has_ranges: bool) -> Term | None:
    """Return the term that an address writes; None for what is none."""
    if text == _EMPTY:
        return IS_EMPTY
    if text == _ANSWERED:
        return IS_ANSWERED
    if text.startswith(_NOT):
        inner = _read_plain(text.removeprefix(_NOT), has_ranges)
        return None if inner is None else Term(inner.test, inner.value, is_negated=not inner.is_negated)
    return _read_plain(text, has_ranges)


def _read_plain(text: str, has_ranges: bool) -> Term | None:
    if text in (_EMPTY, _ANSWERED):
        return IS_EMPTY if text == _EMPTY else IS_ANSWERED
    if text.startswith(_LITERAL):
        return is_(text.removeprefix(_LITERAL))
    if text.startswith(_EMPTY):
        return contains(text.removeprefix(_EMPTY))
    if text.startswith((_NOT, _ANSWERED)):
        return None
    if has_ranges and _BETWEEN in text:
        least, _, most = text.partition(_BETWEEN)
        return between(least, most)
    return is_(text)


#: names of sections are no longer
_LONGEST_SECTION = 64


class Unanswered(NamedTuple):
    """What somebody was asked beside the form and has not answered: a follow-up by its section, or any of the other kinds."""

    kind: RequestKind
    #: of a follow-up; empty for the others
    section_key: str = ""

    @property
    def value(self) -> str:
        """How an address names it."""
        return f"{self.kind.value}.{self.section_key}" if self.section_key else self.kind.value

    @classmethod
    def read(cls, text: str) -> Unanswered | None:
        """Return what an address names. A section is not looked up: nobody was asked one that there is not."""
        name, _, section_key = text.partition(".")
        kind = next((kind for kind in RequestKind if kind.value == name), None)
        is_name = section_key.isidentifier() and section_key.isascii() and len(section_key) <= _LONGEST_SECTION
        fits = is_name if kind is RequestKind.FOLLOW_UP else not section_key
        return cls(kind, section_key) if kind is not None and fits else None


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


_KINDS = frozenset({"email", "phone"})
_COLUMNS = frozenset({"email", "phone"})


def is_contact_data(question: Question) -> bool:
    """Say whether the answer is for those only who may see contact data: one's own, a relative's, a superior's alike."""
    return question.kind in _KINDS or question.column in _COLUMNS
