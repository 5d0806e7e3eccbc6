"""Every column as an order: pages by key go through everybody once, forward and back, in the order that Python says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from eventreg.attendees.listing import ListOf, ListShape, OfferedQuestion, RegistrationList, get_shape
from eventreg.attendees.rules.listing import Cursor, ListState
from eventreg.events.rules.team import EVERYTHING
from eventreg.i18n.countries import CODES, by_alphabet
from eventreg.kernel.text import folded, sort_value
from eventreg.questionnaires import kinds
from eventreg.questionnaires.kinds import Context
from eventreg.questionnaires.rules.schema import Question, Seeking
from eventreg.registration.rules.states import STATUS_ORDER
from eventreg.registration.rules.ways_in import WayKind
from tests.attendees.list_people import Crowd, Person, a_crowd

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.both_databases]

SIZE = 7
COUNTRIES = [code for code, _name in by_alphabet(CODES, "es")]
#: (whether there is nothing, what is compared)
Place = tuple[bool, Any]


def test_every_column_orders_and_pages_by_key(app: Flask) -> None:
    crowd = a_crowd(17, 22)
    shape = get_shape(crowd.event.id, crowd.event.categories, EVERYTHING)
    by_id = {person.id: person.registration.reference for person in crowd.people}
    of = ListOf(crowd.event.id, crowd.event.categories, EVERYTHING, "es")
    led = {column for column, field in shape.by_column.items() if field.ordering(of).led is not None}
    assert "answer.experience" in led
    for column in shape.columns:
        for is_descending in (False, True):
            state = ListState(order=column, is_descending=is_descending)
            found = listed(crowd, state, shape).ids()
            assert list(found) == [person.id for person in in_order(crowd, shape, column, is_descending)], column
            references = [by_id[id_] for id_ in found]
            for of_many in (False, True) if column in led else (False,):
                assert walked(crowd, state, shape, of_many) == references, column
                assert walked_back(crowd, state, shape, references, of_many) == references, column


def test_an_order_holds_among_filters_and_for_neighbours(app: Flask) -> None:
    crowd = a_crowd(19, 22)
    shape = get_shape(crowd.event.id, crowd.event.categories, EVERYTHING)
    by_id = {person.id: person.registration for person in crowd.people}
    for column in ("answer.experience", "answer.field", "country", "status", "tags"):
        state = ListState(order=column, is_descending=True).narrowed(category=["academia"])
        found = listed(crowd, state, shape)
        ids = list(found.ids())
        assert walked(crowd, state, shape, of_many=True) == [by_id[id_].reference for id_ in ids]
        for before, here, after in zip([None, *ids], ids, [*ids[1:], None], strict=False):
            wanted = tuple(by_id[each].reference if each else None for each in (before, after))
            assert found.neighbours(by_id[here]) == wanted


def test_rows_bring_what_the_columns_show(app: Flask) -> None:
    crowd = a_crowd(23, 12)
    shape = get_shape(crowd.event.id, crowd.event.categories, EVERYTHING)
    people = {person.id: person for person in crowd.people}
    state = ListState(columns=shape.columns)
    found = listed(crowd, state, shape)
    rows = found.page(100).rows
    found.put_marks(rows)
    for row in rows:
        person = people[row.id]
        on_line = (row.marked.get("notes", 0), len(row.marked.get("tags", ())))
        assert on_line == (person.notes, len(person.tags))
        for key, offered in shape.questions.items():
            wanted = list(person.values.get(f"answer.{key}", []))
            if offered.is_sensitive:
                assert (key in row.sealed and key not in row.answers) is bool(wanted), key
            elif offered.question.kind == "consent":
                assert ["yes" if row.consents[key] else "no"] == wanted
            elif offered.question.column is None:
                assert row.answers.get(key, []) == wanted, key


def listed(crowd: Crowd, state: ListState, shape: ListShape) -> RegistrationList:
    return RegistrationList(crowd.event.id, crowd.event.categories, state, EVERYTHING, shape, "es")


def walked(crowd: Crowd, state: ListState, shape: ListShape, of_many: bool = False) -> list[str]:
    """Return the references of all pages, going forward."""
    found: list[str] = []
    step: ListState | None = state
    while step is not None:
        page = listed(crowd, step, shape).page(SIZE, of_many=of_many)
        found += [row.reference for row in page.rows]
        step = page.next
    return found


def walked_back(
    crowd: Crowd, state: ListState, shape: ListShape, references: Sequence[str], of_many: bool = False
) -> list[str]:
    """Return the references of all pages before the last person, going back, and that person."""
    status = next(each.registration.status for each in crowd.people if each.registration.reference == references[-1])
    cursor = Cursor(references[-1], is_backward=True, status=status if state.order == "status" else None)
    found, step = [references[-1]], state.with_(cursor=cursor)
    while True:
        page = listed(crowd, step, shape).page(SIZE, of_many=of_many)
        found = [row.reference for row in page.rows] + found
        if page.previous is None:
            return found
        step = page.previous


def in_order(crowd: Crowd, shape: ListShape, column: str, is_descending: bool) -> list[Person]:
    """Return everybody in the order of a column: whoever has nothing comes last either way, equals go by age."""
    placed = {person.id: place(crowd, shape, column, person) for person in crowd.people}
    people = sorted(crowd.people, key=lambda person: (placed[person.id][1], person.id), reverse=is_descending)
    return sorted(people, key=lambda person: placed[person.id][0])


def place(crowd: Crowd, shape: ListShape, column: str, person: Person) -> Place:
    offered = shape.questions.get(column.removeprefix("answer.")) if column.startswith("answer.") else None
    if offered is not None:
        return _answered(offered, person)
    registration = person.registration
    tags = sorted(person.tags)
    keys = [category.key for category in crowd.event.categories]
    by_column: dict[str, Callable[[], Place]] = {
        "person": lambda: (False, registration.sort_name),
        "reference": lambda: (False, registration.reference),
        "institution": lambda: _text(folded(registration.institution)),
        "position": lambda: _text(folded(registration.position)),
        "country": lambda: (not registration.country, _country(registration.country)),
        "category": lambda: (False, keys.index(person.category)),
        "status": lambda: (False, STATUS_ORDER.index(registration.status)),
        "received": lambda: (False, registration.submitted_at),
        "changed": lambda: (False, registration.status_changed_at),
        "language": lambda: (False, registration.language),
        "badge_name": lambda: (not registration.badge_name, registration.sort_name),
        "email": lambda: _text(registration.email_key),
        "phone": lambda: _text(registration.phone),
        "way": lambda: (not registration.came_by, [None, *WayKind].index(registration.came_by)),
        "tags": lambda: _text(tags[0] if tags else ""),
        "notes": lambda: (False, person.notes),
    }
    return by_column[column]()


def _text(text: str) -> Place:
    return not text, text


def _country(code: str) -> int:
    return COUNTRIES.index(code) if code else len(COUNTRIES)


def _answered(offered: OfferedQuestion, person: Person) -> Place:
    question, registration = offered.question, person.registration
    values = person.values.get(f"answer.{question.key}", [])
    if question.column in ("given_name", "family_name", "badge_name"):
        return not getattr(registration, question.column), registration.sort_name
    if question.column == "country":
        return not values, _country(registration.country)
    if question.column == "phone":
        return _text(registration.phone)
    if question.kind == "consent":
        return False, values == ["no"]
    if offered.seeking is Seeking.PRESENCE:
        return False, not values
    first = values[0] if values else ""
    if question.kind in ("country", "language"):
        return not values, _ranks(question.kind).get(first, 10**6)
    if offered.values is not None:
        return not values, offered.values.index(first) if values else 0
    if offered.seeking is Seeking.NUMBER:
        return not values, Decimal(first or 0)
    return not values, sort_value(first)


def _ranks(kind: str) -> dict[str, int]:
    ranked = kinds.get(kind).ranked(Question("x", kind, {}), Context(("es",)), "es")
    return {value: rank for rank, value in enumerate(ranked or ())}
