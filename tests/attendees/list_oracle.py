"""What the list must say of random people, told by plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from eventreg.attendees.listing import ListField
from eventreg.attendees.rules.listing import Filter, Term, Test
from eventreg.kernel.text import folded
from eventreg.questionnaires.rules.schema import Seeking
from tests.attendees.list_people import Crowd, Person


def filtered(crowd: Crowd, fields: Mapping[str, ListField], filters: Sequence[Filter]) -> list[Person]:
    """Return who passes these filters."""
    return [each for each in crowd.people if all(passes(each, fields[one.field], one) for one in filters)]


def passes(person: Person, asked: ListField, one: Filter) -> bool:
    """Say whether somebody passes a filter: any of its plain terms, none of what is negated."""
    plain = [_fulfils(person, asked, term) for term in one.terms if not term.is_negated]
    negated = [_fulfils(person, asked, term) for term in one.terms if term.is_negated]
    return (not plain or any(plain)) and not any(negated)


def _fulfils(person: Person, asked: ListField, term: Term) -> bool:
    values = person.values.get(asked.name, [])
    if term.test is Test.EMPTY:
        # Of a consent: that it was never asked. Everybody here was.
        return not values
    if asked.name == "day" and not values:
        return True  # nobody asked, or the person did not say: then they come on all days
    if asked.question is not None and asked.question.kind == "date_range" and values:
        return bool(_key(asked, values[0]) <= _most(asked, term) and _key(asked, values[1]) >= _least(asked, term))
    return any(_fits(asked, value, term) for value in values)


def _fits(asked: ListField, value: str, term: Term) -> bool:
    if term.test is Test.CONTAINS and asked.name == "answer.phone":
        part = "".join(filter(str.isdigit, term.value))
        return bool(part) and part in str(_key(asked, value))
    if term.test is Test.CONTAINS:
        return term.value in folded(value)
    if term.test is Test.IS:
        return bool(_key(asked, value) == _key(asked, term.value))
    is_inside = _least(asked, term) <= _key(asked, value) <= _most(asked, term)
    return bool(is_inside)


def _key(asked: ListField, value: str) -> Any:
    if asked.seeking is Seeking.NUMBER:
        return Decimal(value)
    if asked.name == "answer.phone":
        return "".join(filter(str.isdigit, value))[-10:]
    return folded(value) if asked.seeking is Seeking.TEXT else value


def _least(asked: ListField, term: Term) -> Any:
    least = term.ends[0] if term.test is Test.RANGE else term.value
    return _key(asked, least) if least else Decimal("-Infinity") if asked.seeking is Seeking.NUMBER else ""


def _most(asked: ListField, term: Term) -> Any:
    most = term.ends[1] if term.test is Test.RANGE else term.value
    return _key(asked, most) if most else Decimal("Infinity") if asked.seeking is Seeking.NUMBER else "\U0010ffff"
