"""Rows of several kinds in one statement: for pages that look at much of one thing, each kind of which has few rows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, literal_column, select, union_all

from eventreg.db.base import db


class Part(NamedTuple):
    """Rows of one kind: what is selected, of which the first is never empty; tables, each with its condition; the order.

    A table stands in one part alone, under one name.
    """

    what: Sequence[Any]
    joined: Sequence[tuple[Any, Any]]
    order: Sequence[Any] = ()
    #: how entities are loaded
    options: Sequence[Any] = ()


def read_together(*parts: Part) -> list[list[Any]]:
    """Return the rows of each part, an entity or a value alone as itself: one statement."""
    found: list[list[Any]] = [[] for _ in parts]
    for number, *row in db.session.execute(_statement(parts)):
        begin = sum(len(part.what) for part in parts[:number])
        values = row[begin : begin + len(parts[number].what)]
        if values[0] is not None:
            found[number].append(values[0] if len(values) == 1 else tuple(values))
    return found


def _statement(parts: Sequence[Part]) -> Select[Any]:
    """Return the numbers of the parts, each joined with the tables of its own part and with no others."""
    numbers = union_all(*(select(literal_column(str(number)).label("part")) for number in range(len(parts)))).subquery()
    part = numbers.c.part
    statement = select(part, *(each for one in parts for each in one.what)).select_from(numbers)
    for number, one in enumerate(parts):
        for table, condition in one.joined:
            statement = statement.outerjoin(table, and_(part == number, condition))
    statement = statement.options(*(each for one in parts for each in one.options))
    return statement.order_by(part, *(each for one in parts for each in one.order))
