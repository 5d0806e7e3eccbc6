"""Every filter of the list, alone and together, against what plain Python says of random people."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from flask import Flask

from eventreg.attendees.listing import ListField, ListShape, RegistrationList, get_shape
from eventreg.attendees.rules.listing import (
    IS_ANSWERED,
    IS_EMPTY,
    Filter,
    ListState,
    Term,
    Test,
    between,
    contains,
    is_,
    is_not,
)
from eventreg.events.rules.team import EVERYTHING
from eventreg.questionnaires.rules.schema import Seeking
from tests.attendees.list_oracle import filtered
from tests.attendees.list_people import Crowd, Person, a_crowd

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.both_databases]

#: those that are counted with everything else, in one statement
FIXED = ("status", "category", "country", "language", "way", "tag", "trouble", "note", "unanswered")


def listed(crowd: Crowd, state: ListState, shape: ListShape) -> RegistrationList:
    return RegistrationList(crowd.event.id, crowd.event.categories, state, EVERYTHING, shape)


def candidates(crowd: Crowd, field: ListField) -> Iterator[Term]:
    """Yield what can be asked of a field: values that somebody has, values that nobody has, parts, ranges, nothing."""
    found = sorted({value for person in crowd.people for value in person.values.get(field.name, [])})
    values = list(dict.fromkeys([*found[:4], *(field.values or ())[-1:], *_NOBODYS.get(field.seeking, [])]))
    yield from (is_(value) for value in values)
    yield from (is_not(value) for value in values[:2])
    yield from (IS_EMPTY, IS_ANSWERED)
    if field.seeking is Seeking.TEXT:
        for part in ("der", "%", "_", "0", "exo"):
            yield contains(part)
            yield Term(Test.CONTAINS, part, is_negated=True)
    if field.seeking.has_ranges and found:
        middle = found[len(found) // 2]
        for ends in ((found[0], middle), (middle, found[-1]), (middle, ""), ("", middle)):
            yield between(*ends)
            yield Term(Test.RANGE, between(*ends).value, is_negated=True)


_NOBODYS = {
    Seeking.TEXT: ["nobody has this"],
    Seeking.NUMBER: ["99"],
    Seeking.DATE: ["2030-01-01"],
    Seeking.TIME: ["23:59"],
}


def filters_of(crowd: Crowd, field: ListField) -> list[Filter]:
    """Return the filters of one term each that the field takes."""
    accepted = [field.accept(term) for term in candidates(crowd, field)]
    return [Filter(field.name, (term,)) for term in dict.fromkeys(accepted) if term is not None]


def ids(people: Sequence[Person]) -> set[int]:
    return {person.id for person in people}


def test_every_filter_finds_who_fits(app: Flask) -> None:  # case 40
    crowd = a_crowd()
    shape = get_shape(crowd.event.id, crowd.event.categories, EVERYTHING)
    tried = Counter[str]()
    for field in shape.fields.values():
        for one in filters_of(crowd, field):
            found = listed(crowd, ListState(filters=(one,)), shape)
            assert set(found.ids()) == ids(filtered(crowd, shape.fields, [one])), one
            tried[field.name] += 1
    assert min(tried.values()) >= 1
    # Whatever can be answered can be sought.
    assert {name for name, field in shape.fields.items() if field.seeking is not Seeking.NOT} == tried.keys()


def test_filters_together_and_their_counts(app: Flask) -> None:
    crowd, chance = a_crowd(11), random.Random(11)
    shape = get_shape(crowd.event.id, crowd.event.categories, EVERYTHING)
    every = [one for field in shape.fields.values() for one in filters_of(crowd, field)]
    for _ in range(40):
        chosen = {one.field: one for one in chance.sample(every, chance.randint(0, 3))}
        for name in chance.sample(["status", "category", "country", "tag"], chance.randint(0, 2)):
            terms = chance.sample([one.terms[0] for one in every if one.field == name], 2)
            chosen[name] = Filter(name, tuple(terms))
        filters = tuple(chosen.values())
        found = listed(crowd, ListState(filters=filters), shape)
        wanted = filtered(crowd, shape.fields, filters)
        assert set(found.ids()) == ids(wanted), filters
        assert found.count() == len(wanted)
        counts = found.counts("stands here")
        assert found.counts("stands here") == counts == found.counts()
        assert counts.shown == len(wanted)
        for name in FIXED:
            others = filtered(crowd, shape.fields, [one for one in filters if one.field != name])
            numbers = Counter(value for person in others for value in (person.values[name] or [""]))
            said = {value: number for value, number in counts.by_field[name].items() if number and value}
            assert said == {value: number for value, number in numbers.items() if value}, (name, filters)
            assert name in ("tag", "trouble", "note", "unanswered") or counts.by_field[name].get("", 0) == numbers[""]
        name = chance.choice([*shape.fields])
        assert_facet(crowd, shape, found, shape.fields[name], filters)


def test_every_facet_says_who_has_what(app: Flask) -> None:
    crowd = a_crowd(13)
    shape = get_shape(crowd.event.id, crowd.event.categories, EVERYTHING)
    for field in shape.fields.values():
        assert_facet(crowd, shape, listed(crowd, ListState(), shape), field, ())


def assert_facet(
    crowd: Crowd, shape: ListShape, found: RegistrationList, field: ListField, filters: Sequence[Filter]
) -> None:
    """Compare the numbers of a field, its own filter left out."""
    others = filtered(crowd, shape.fields, [one for one in filters if one.field != field.name])
    facet = found.facet(field.name)
    has_any = [person for person in others if person.values.get(field.name)]
    assert (facet.answered, facet.empty) == (len(has_any), len(others) - len(has_any)), field.name
    for each in facet.values:
        asked = field.accept(is_(each.value))
        assert asked is not None, (field.name, each)
        fits = filtered(
            crowd, shape.fields, [*(one for one in filters if one.field != field.name), Filter(field.name, (asked,))]
        )
        if field.name == "day":
            assert each.number == len(fits)
        elif field.question is None or field.question.kind != "date_range":
            assert each.number == len(fits), (field.name, each)
    if field.seeking is not Seeking.PRESENCE and field.name != "received":
        assert bool(facet.values) or not has_any, field.name


def test_what_the_list_does_not_offer_finds_nobody(app: Flask) -> None:
    """A filter that got into a state some other way must not widen what is done to everybody who matches."""
    crowd = a_crowd(number=6)
    for one in (Filter("answer.nothing", (is_("x"),)), Filter("password", (is_("x"),)), Filter("status", (is_("x"),))):
        found = RegistrationList(crowd.event.id, crowd.event.categories, ListState(filters=(one,)), EVERYTHING)
        assert list(found.ids()) == []
        assert found.counts().shown == 0
