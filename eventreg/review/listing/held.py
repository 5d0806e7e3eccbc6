"""Where a field of the list stands in the database, and how it is asked for a value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from eventreg.registration.models import Answer, Consent, Registration
from eventreg.registration.rules.searching import sort_value
from eventreg.review.rules.listing import YES, Term, Test

#: signs before and behind all that a number is written with (`sort_value`)
_BEFORE_NUMBERS, _BEHIND_NUMBERS = "-", ":"


class Held(ABC):
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


class InColumn(Held):
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


class InCategories(Held):
    """The category, by its key. Keys of categories out of sight are nobody's."""

    def __init__(self, ids: Mapping[str, int]) -> None:
        self._ids = ids

    def one_of(self, values: Collection[str]) -> ColumnElement[bool]:
        """See `Held.one_of`."""
        return Registration.category_id.in_([self._ids[value] for value in values if value in self._ids])


class InAnswers(Held):
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


class InConsents(Held):
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


class ByCondition(Held):
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
