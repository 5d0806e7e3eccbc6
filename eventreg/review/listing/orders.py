"""What a list can be ordered by, and the places of its pages in that order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Integer, Select, and_, case, or_, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from eventreg.registration.models import Registration

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


@dataclass(frozen=True)
class Ordering:
    """What one column orders by. Whoever has nothing there comes last, whichever way round."""

    value: ColumnElement[Any]
    #: 1 for whoever has nothing there, 0 for the others; None: everybody has
    is_empty: ColumnElement[int] | None = None
    #: the row of an answer that `value` looks at
    answer: Any = None

    def joined(self, statement: Statement) -> Statement:
        """Return a statement about registrations that knows the value."""
        if self.answer is None:
            return statement
        return statement.outerjoin(self.answer[0], self.answer[1])

    @property
    def place(self) -> list[ColumnElement[Any]]:
        """What makes up a place in the order."""
        return [*([self.is_empty] if self.is_empty is not None else []), self.value, Registration.id.expression]

    def by(self, is_descending: bool, reverse: bool) -> list[ColumnElement[Any]]:
        """Return what to order by; `reverse`: from the end."""
        turned = self._turned(is_descending, reverse)
        return [each.desc() if is_down else each.asc() for each, is_down in zip(self.place, turned, strict=True)]

    def beyond(self, position: Sequence[Any], is_descending: bool, reverse: bool) -> ColumnElement[bool]:
        """Return the condition of coming after a place; before it where `reverse`."""
        turned = self._turned(is_descending, reverse)
        if len(set(turned)) == 1:
            here = tuple_(*self.place)
            return here < tuple(position) if turned[0] else here > tuple(position)
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
