"""How columns and answers are asked for a value, counted and ordered by: what fields are made of."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement

from eventreg.attendees.rules.listing import YES, Term, Test
from eventreg.i18n.countries import CODES, by_alphabet
from eventreg.kernel.text import phone_key, sort_value
from eventreg.registration.models import Answer, Consent, Registration

#: signs before and behind all that a number is written with (`sort_value`)
_BEFORE_NUMBERS, _BEHIND_NUMBERS = "-", ":"


class ColumnFilter(ABC):
    """One field: what a registration must fulfil to have certain values of it."""

    def any_of(self, terms: Sequence[Term]) -> ColumnElement[bool]:
        """Fulfilling one of these terms at least, whether or not they are negated."""
        values = [term.value for term in terms if term.test is Test.IS]
        conditions = [self.one_of(values)] if values else []
        for term in terms:
            if term.test is Test.EMPTY:
                conditions.append(self.is_empty())
            elif term.test is Test.CONTAINS:
                conditions.append(self.containing(term.value))
            elif term.test is Test.RANGE:
                conditions.append(self.between(*term.ends))
        return or_(*conditions)

    @abstractmethod
    def one_of(self, values: Collection[str]) -> ColumnElement[bool]:
        """Having one of these values, which the field accepted."""

    def is_empty(self) -> ColumnElement[bool]:
        """Having no value. Of fields that are always filled nobody."""
        return false()

    def containing(self, text: str) -> ColumnElement[bool]:
        """Having a value that contains a folded text; nobody, where that is never asked."""
        return false()

    def between(self, least: str, most: str) -> ColumnElement[bool]:
        """Having a value in a range whose ends may be empty; nobody, where that is never asked."""
        return false()


class InColumn(ColumnFilter):
    """A column of the registration.

    `made` turns a value of the address into one of the column, or into "" where it can be none; `part` does the same with
    what a value contains.
    """

    def __init__(
        self,
        column: InstrumentedAttribute[Any],
        made: Callable[[str], Any] = str,
        *,
        part: Callable[[str], str] = str,
        empty: Any = "",
    ) -> None:
        self._column, self._made, self._part, self._empty = column, made, part, empty

    def one_of(self, values: Collection[str]) -> ColumnElement[bool]:
        """See `Held.one_of`."""
        found = self._column.in_([made for value in values if (made := self._made(value)) != ""])
        # Whoever has nothing is "not x": the negation of nothing known would find nobody.
        return found if self._empty is not None else and_(self._column.is_not(None), found)

    def is_empty(self) -> ColumnElement[bool]:
        """See `Held.is_empty`."""
        return self._column.is_(None) if self._empty is None else self._column == self._empty

    def containing(self, text: str) -> ColumnElement[bool]:
        """See `Held.containing`."""
        part = self._part(text)
        return self._column.contains(part, autoescape=True) if part else false()


class InCategories(ColumnFilter):
    """The category, by its key. Keys of categories out of sight are nobody's."""

    def __init__(self, ids: Mapping[str, int]) -> None:
        self._ids = ids

    def one_of(self, values: Collection[str]) -> ColumnElement[bool]:
        """See `Held.one_of`."""
        return Registration.category_id.in_([self._ids[value] for value in values if value in self._ids])


class InAnswers(ColumnFilter):
    """Rows of answers to a question; several values are several rows."""

    def __init__(self, key: str, *, has_span: bool = False) -> None:
        self._key, self._has_span = key, has_span

    def one_of(self, values: Collection[str]) -> ColumnElement[bool]:
        """See `Held.one_of`."""
        if self._has_span:
            return or_(*(self.between(value, value) for value in values))
        return exists_answer([self._key], Answer.sort_value.in_([sort_value(value) for value in values]))

    def is_empty(self) -> ColumnElement[bool]:
        """See `Held.is_empty`."""
        return ~exists_answer([self._key])

    def containing(self, text: str) -> ColumnElement[bool]:
        """See `Held.containing`."""
        return exists_answer([self._key], Answer.sort_value.contains(text, autoescape=True))

    def between(self, least: str, most: str) -> ColumnElement[bool]:
        """See `Held.between`. Of an answer that is a span itself, any part of it."""
        below = Answer.sort_value <= sort_value(most) if most else Answer.sort_value < _BEHIND_NUMBERS
        above = Answer.sort_value >= (sort_value(least) if least else _BEFORE_NUMBERS)
        if not self._has_span:
            return exists_answer([self._key], below, above)
        begins, ends = [Answer.position == 0, below], [Answer.position == 1, above]
        return and_(exists_answer([self._key], *begins), exists_answer([self._key], *ends))


class InConsents(ColumnFilter):
    """Agreements: the newest word of a person counts. Whoever was never asked did not agree."""

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose

    def one_of(self, values: Collection[str]) -> ColumnElement[bool]:
        """See `Held.one_of`."""
        newest = (
            select(Consent.is_given)
            .where(Consent.registration_id == Registration.id, Consent.purpose == self._purpose)
            .order_by(Consent.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        is_given = func.coalesce(newest, false())
        return or_(*(is_given if value == YES else ~is_given for value in set(values)))

    def is_empty(self) -> ColumnElement[bool]:
        """See `Held.is_empty`."""
        return ~exists().where(Consent.registration_id == Registration.id, Consent.purpose == self._purpose)


class ByCondition(ColumnFilter):
    """A condition for each value. `anything`: what fulfils having any value at all, where there may be none."""

    def __init__(
        self, condition: Callable[[str], ColumnElement[bool]], anything: ColumnElement[bool] | None = None
    ) -> None:
        self._condition, self._anything = condition, anything

    def one_of(self, values: Collection[str]) -> ColumnElement[bool]:
        """See `Held.one_of`."""
        return or_(*(self._condition(value) for value in values))

    def is_empty(self) -> ColumnElement[bool]:
        """See `Held.is_empty`."""
        return false() if self._anything is None else ~self._anything


class Yes(ByCondition):
    """A condition that somebody fulfils or does not."""

    def __init__(self, condition: ColumnElement[bool]) -> None:
        super().__init__(lambda _value: condition, condition)


def exists_answer(keys: Sequence[str], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether a registration answered one of some questions, so that the conditions hold."""
    # Nothing of the row is selected: all that is asked stands in an index.
    found: Select[Any] = select(literal_column("1")).where(Answer.registration_id == Registration.id, *conditions)
    return _of_questions(found, keys).correlate(Registration).exists()


def _of_questions(statement: Select[Any], keys: Sequence[str]) -> Select[Any]:
    return statement.where(Answer.question_key == keys[0] if len(keys) == 1 else Answer.question_key.in_(keys))


Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])

_BETWEEN = "|"


class place_in(FunctionElement[int]):  # noqa: N801 - a function of SQL
    """Where a text begins in another one, from 1; 0 where it is not in it: `place_in(text, part)`."""

    type = Integer()
    inherit_cache = True


@compiles(place_in, "sqlite")
def _place_in_sqlite(element: place_in, compiler: Any, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(place_in, "postgresql")
def _place_in_postgresql(element: place_in, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"


class unled(FunctionElement[int]):  # noqa: N801 - a function of SQL
    """A number that no index is to lead by on SQLite, which has no statistics; PostgreSQL has, and finds its way."""

    type = Integer()
    inherit_cache = True


@compiles(unled, "sqlite")
def _unled_sqlite(element: unled, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


@compiles(unled, "postgresql")
def _unled_postgresql(element: unled, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@dataclass(frozen=True)
class Ordering:
    """What one column orders by. Whoever has nothing there comes last, whichever way round."""

    value: ColumnElement[Any]
    #: 1 for whoever has nothing there, 0 for the others; None: everybody has
    is_empty: ColumnElement[int] | None = None
    #: the row of an answer that `value` looks at
    answer: Any = None
    id: ColumnElement[int] = Registration.id.expression
    #: the same among those who have something there, in columns of which an index knows the order
    led: Self | None = None

    def joined(self, statement: Statement) -> Statement:
        """Return a statement about registrations that knows the value."""
        if self.answer is None:
            return statement
        return statement.outerjoin(self.answer[0], self.answer[1])

    @property
    def place(self) -> list[ColumnElement[Any]]:
        """What makes up a place in the order."""
        return [*([self.is_empty] if self.is_empty is not None else []), self.value, self.id]

    def by(self, is_descending: bool, reverse: bool) -> list[ColumnElement[Any]]:
        """Return what to order by; `reverse`: from the end."""
        turned = self._turned(is_descending, reverse)
        return [each.desc() if is_down else each.asc() for each, is_down in zip(self.place, turned, strict=True)]

    def beyond(self, position: Sequence[Any], is_descending: bool, reverse: bool) -> ColumnElement[bool]:
        """Return the condition of coming after a place, of values or of what gives them; before it where `reverse`."""
        turned = self._turned(is_descending, reverse)
        if len(set(turned)) == 1:
            here = tuple_(*self.place)
            there = tuple_(*position) if isinstance(position[0], ColumnElement) else tuple(position)
            return here < there if turned[0] else here > there
        steps = []
        for depth, (each, is_down) in enumerate(zip(self.place, turned, strict=True)):
            same = [self.place[before] == position[before] for before in range(depth)]
            steps.append(and_(*same, each < position[depth] if is_down else each > position[depth]))
        return or_(*steps)

    def _turned(self, is_descending: bool, reverse: bool) -> list[bool]:
        rest = [is_descending is not reverse] * 2
        return [reverse, *rest] if self.is_empty is not None else rest


def filled(value: ColumnElement[Any]) -> Ordering:
    """Return the order of a text, those without one last."""
    return Ordering(value, case((value == "", 1), else_=0))


def rank(value: ColumnElement[Any], values: Sequence[str]) -> ColumnElement[int]:
    """Return the rank of a value: that of its text among all of them; what is not among them comes behind."""
    every = _BETWEEN + _BETWEEN.join(values) + _BETWEEN
    place = place_in(every, _BETWEEN + value + _BETWEEN)
    return case((place == 0, len(every)), else_=place)


#: those that are folded for comparing, and the columns that are
_COMPARED: dict[str, InstrumentedAttribute[str]] = {
    "institution": Registration.sort_institution,
    "position": Registration.sort_position,
    "email": Registration.email_key,
    "phone": Registration.phone_key,
}
#: those that are ordered by otherwise than they are compared
_ORDERED: dict[str, InstrumentedAttribute[str]] = {
    **dict.fromkeys(("given_name", "family_name", "badge_name"), Registration.sort_name),
    "phone": Registration.phone,
}


def held_column(column: str) -> ColumnFilter:
    """Return how a column is asked for a value."""
    if column == "phone":
        return InColumn(Registration.phone_key, phone_key, part=_digits)
    return InColumn(_compared(column))


def grouped_column(column: str) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return what to group a column by, and what to show of it."""
    return _compared(column).expression, getattr(Registration, column).expression


def ordered_column(column: str, language: str) -> Ordering:
    """Return what a column orders by."""
    is_empty = case((getattr(Registration, column) == "", 1), else_=0)
    if column == "country":
        codes = [code for code, _name in by_alphabet(CODES, language)]
        return Ordering(rank(Registration.country.expression, codes), is_empty)
    return Ordering(_ORDERED.get(column, _compared(column)).expression, is_empty)


def _compared(column: str) -> InstrumentedAttribute[Any]:
    found: InstrumentedAttribute[Any] = _COMPARED.get(column, getattr(Registration, column))
    return found


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isascii() and sign.isdigit())
