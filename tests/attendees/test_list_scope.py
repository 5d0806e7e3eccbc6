"""Whoever sees less finds no more by filters, orders, counts and pages: what is out of sight is out of the list. Case 2."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from flask import Flask

from eventreg.attendees.listing import ListShape, RegistrationList, get_shape
from eventreg.attendees.rules.listing import Cursor, Filter, ListState, contains, is_
from eventreg.events.rules.team import EVERYTHING, Scope, Sight
from tests.attendees.list_oracle import filtered
from tests.attendees.list_people import Crowd, Person, a_crowd, mark_duplicates
from tests.attendees.test_list_filters import FIXED, assert_facet, filters_of

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.both_databases]

BLIND = Sight(has_contact_data=False)
CONTACT = ("answer.email", "answer.phone")


def listed(crowd: Crowd, state: ListState, sight: Sight, shape: ListShape | None = None) -> RegistrationList:
    return RegistrationList(crowd.event.id, crowd.event.categories, state, sight, shape)


def ids(people: Sequence[Person]) -> set[int]:
    return {person.id for person in people}


def in_sight(crowd: Crowd, scope: Scope) -> Crowd:
    """Return the crowd as somebody sees it who was given a part."""
    days = {day.isoformat() for day in scope.days or ()}
    seen = [
        person
        for person in crowd.people
        if (scope.categories is None or person.category in scope.categories)
        and (scope.days is None or not person.values["day"] or days.intersection(person.values["day"]))
    ]
    mark_duplicates(seen)
    return Crowd(crowd.event, seen, crowd.tags)


def test_a_part_of_the_event_is_filtered_counted_and_ordered_by_itself(app: Flask) -> None:
    crowd, chance = a_crowd(29, 24), random.Random(29)
    scopes = (
        Scope(categories=frozenset({"academia"})),
        Scope(days=frozenset({crowd.event.days[0].held_on})),
        Scope(frozenset({"government"}), frozenset({crowd.event.days[1].held_on})),
    )
    for scope in scopes:
        sight, seen = Sight(scope), in_sight(crowd, scope)
        categories = [
            each for each in crowd.event.categories if scope.categories is None or each.key in scope.categories
        ]
        shape = get_shape(crowd.event.id, categories, sight)
        every = [one for field in shape.fields.values() for one in filters_of(crowd, field)]
        for one in chance.sample(every, 30):
            found = listed(crowd, ListState(filters=(one,)), sight, shape)
            assert set(found.ids()) == ids(filtered(seen, shape.fields, [one])), (scope, one)
            assert found.counts().shown == len(found.ids())
        for field in chance.sample([*shape.fields.values()], 8):
            assert_facet(seen, shape, listed(crowd, ListState(), sight, shape), field, ())
        for column in chance.sample(shape.columns, 8):
            assert set(listed(crowd, ListState(order=column), sight, shape).ids()) == ids(seen.people), column
        counts = listed(crowd, ListState(), sight, shape).counts()
        for name in FIXED:
            numbers = {value: number for value, number in counts.by_field[name].items() if value and number}
            assert numbers.keys() == {value for person in seen.people for value in person.values[name]}, name


def test_contact_data_is_not_found_out_by_trying(app: Flask) -> None:
    crowd = a_crowd(31, 12)
    offered = get_shape(crowd.event.id, crowd.event.categories, EVERYTHING)
    shape = get_shape(crowd.event.id, crowd.event.categories, BLIND)
    assert set(offered.fields) - set(shape.fields) == set(CONTACT)
    assert set(offered.columns) - set(shape.columns) == {"email", "phone", *CONTACT}
    received = list(listed(crowd, ListState(), BLIND).ids())
    # Neither by what was read for somebody else nor by a state made by hand.
    for given in (None, shape, offered):
        for name in CONTACT:
            for term in (is_("persona1@instituto.example"), contains("instituto"), contains("962")):
                state = ListState(filters=(Filter(name, (term,)),))
                assert list(listed(crowd, state, BLIND, given).ids()) == []
            with pytest.raises(KeyError):
                listed(crowd, ListState(), BLIND, given).facet(name)
        for column in ("email", "phone", *CONTACT):
            state = ListState(order=column, columns=(column, "person"))
            found = listed(crowd, state, BLIND, given)
            assert list(found.ids()) == received
            assert {(row.columns["email"], row.columns["phone"]) for row in found.page().rows} == {("", "")}
            assert all(not row.answers and not row.sealed for row in found.page().rows)


def test_likeness_by_telephone_is_not_told_without_contact_data(app: Flask) -> None:
    crowd = a_crowd(37, 12)
    state = ListState().narrowed(duplicates=["yes"])
    mark_duplicates(crowd.people, by_phone=False)
    wanted = {person.id for person in crowd.people if person.values["duplicates"]}
    assert set(listed(crowd, state, BLIND).ids()) == wanted


def test_somebody_out_of_sight_is_no_neighbour_and_no_place_to_begin(app: Flask) -> None:
    crowd = a_crowd(41, 12)
    sight = Sight(Scope(categories=frozenset({"academia"})))
    seen = {person.registration.reference for person in crowd.people if person.category == "academia"}
    outside = next(person.registration for person in crowd.people if person.category == "government")
    state = ListState(order="answer.sex", cursor=Cursor(outside.reference))
    assert {row.reference for row in listed(crowd, state, sight).page().rows} == seen
    assert listed(crowd, state, sight).neighbours(outside) == (None, None)
